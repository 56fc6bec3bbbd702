"""The flow-down table: gaps in time and money between what we promised and what a third party did, and its warnings."""

from pathlib import Path

from contracts.reader import read_text
from core.flowdown import Flow, flow_down

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
