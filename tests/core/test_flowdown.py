"""The flow-down table: gaps in time and money between what we promised and what a third party did, and its warnings."""

from pathlib import Path

from contracts.reader import read_text
from core.life.flowdown import Flow, flow_down

CONTRACT = """
spondeo = 1
number  = "F-1"
total   = "1000000.00 CNY"
[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.provider]
label = "Party A"
name  = "Example Services Co., Ltd."
[parties.client]
label = "Party B"
name  = "Example Property Co., Ltd."
[third_parties.repair]
name       = "Example Repairs"
engaged_by = "provider"
clause     = "5"
[[third_parties.repair.promises]]
to         = "fix"
clause     = "B2"
within     = "2 days"
calendar   = "GB@2026"
limit      = "60000.00 CNY in total"
notice     = "10 days"
our_notice = "30 days"
[[third_parties.repair.promises]]
to     = "report"
within = "3 working days"
[[third_parties.repair.promises]]
to     = "visit"
within = "4 hours"
notice = "60 days"
our_notice = "30 days"
limit  = "100000.00 CNY each"
[event_kinds.call]
[event_kinds.fixed]
closes = "call"
[[steps]]
id      = "fix"
clause  = "A1"
owed_by = "provider"
starts  = "call"
stops   = "fixed"
within  = "24 hours"
[[steps]]
id      = "report"
owed_by = "provider"
starts  = "call"
stops   = "fixed"
within  = "5 days"
[[steps]]
id      = "visit"
owed_by = "provider"
starts  = "call"
stops   = "fixed"
within  = "4 hours"
[[rules]]
id      = "late"
clause  = "9"
when    = "any step is late"
head    = "delay"
charge  = "500.00 CNY per started hour"
at_most = "10% of total each"
"""


def flows() -> dict[str, Flow]:
    contract, _, problems = read_text(CONTRACT)
    assert contract, problems
    return {flow.to: flow for flow in flow_down(contract)}


def codes(flow: Flow) -> list[str]:
    return [warning.code for warning in flow.warnings]


def test_the_gap_in_time_is_in_the_finer_unit():
    fix = flows()["fix"]

    assert (24, "hour") == (fix.time, fix.unit)  # 2 days are 48 hours, 24 more than ours
    assert ("A1", "B2") == (fix.ours.clause, fix.theirs.clause)


def test_the_gap_in_money_is_what_the_limit_does_not_reach():
    fix = flows()["fix"]

    assert "40000.00 CNY" == str(fix.money)  # 10 % of 1,000,000 = 100,000; limit 60,000


def test_every_weak_link_is_named():
    assert ["FLOWDOWN-TIME-01", "FLOWDOWN-CALENDAR-01", "FLOWDOWN-MONEY-01", "FLOWDOWN-NOTICE-01"] == codes(
        flows()["fix"]
    )


def test_working_days_and_days_are_not_set_against_each_other():
    report = flows()["report"]

    assert report.time is None
    assert ["FLOWDOWN-UNIT-01"] == codes(report)


def test_a_chain_that_holds_has_no_warning():
    visit = flows()["visit"]

    assert [] == codes(visit)
    assert "0.00 CNY" == str(visit.money)


def test_a_contract_without_promises_has_no_table():
    contract, _, _ = read_text((Path(__file__).parents[2] / "examples" / "hard-4" / "hard-4.toml").read_text("utf-8"))

    assert contract
    assert () == flow_down(contract)


MORE = """
[[third_parties.repair.promises]]
to = "general"
[[third_parties.repair.promises]]
to     = "credit"
notice = "10 days"
[[third_parties.repair.promises]]
to     = "manual"
within = "3 months"
[[third_parties.repair.promises]]
to     = "plan"
within = "10 days"
[[third_parties.repair.promises]]
to     = "price"
within = "10 days"
[[annexes]]
id      = "manual"
owed_by = "provider"
due     = "60 days after signed"
[[annexes]]
id      = "plan"
owed_by = "provider"
due     = "2 weeks after signed"
[[payments]]
id      = "price"
owed_by = "client"
amount  = "100.00 CNY"
due     = 2026-06-30
[[rules]]
id      = "credit"
clause  = "10"
when    = "each call"
owed_by = "provider"
head    = "service level"
charge  = "500.00 CNY each time"
claim   = { within = "30 days after the event", otherwise = "lapses" }
[[rules]]
id      = "late-plan"
clause  = "9.2"
when    = "plan is late"
head    = "delay"
charge  = "100.00 CNY per started day"
[[caps]]
id     = "general"
clause = "11"
limits = "provider"
covers = ["delay", "service level"]
to     = "50000.00 CNY in total"
order  = "first come"
[[caps]]
id     = "small"
clause = "12"
limits = "provider"
covers = ["service level"]
to     = "40000.00 CNY in total"
order  = "first come"
within = "general"
"""


def more() -> dict[str, Flow]:
    promises, _, rest = MORE.partition("[[annexes]]")
    text = CONTRACT.replace("[event_kinds.call]", f"{promises}[event_kinds.call]") + f"[[annexes]]{rest}"
    contract, _, problems = read_text(text)
    assert contract, problems
    return {flow.to: flow for flow in flow_down(contract)}


def test_a_promise_may_stand_beside_a_cap():
    general = more()["general"]

    assert ("11", "50000.00 CNY") == (general.ours.clause, str(general.ours.limit))
    assert "none" == str(general.theirs.limit).lower()
    assert general.time is None


def test_a_promise_may_stand_beside_a_rule_whose_claim_time_and_cap_are_ours():
    credit = more()["credit"]

    assert ["FLOWDOWN-NOTICE-01"] == codes(credit)  # 10 days upstream, 30 days here
    assert "50000.00 CNY" == str(credit.ours.limit)


def test_months_and_days_are_not_set_against_each_other():
    assert ["FLOWDOWN-UNIT-01"] == codes(more()["manual"])


def test_weeks_and_days_meet_in_days_and_the_rule_that_names_the_duty_is_ours():
    plan = more()["plan"]

    assert (-4, "day") == (plan.time, plan.unit)
    assert "50000.00 CNY" == str(plan.ours.limit)


def test_beside_a_payment_on_a_date_there_is_no_time_to_compare():
    price = more()["price"]

    assert price.time is None
    assert price.ours.charge is None
    assert [] == codes(price)
