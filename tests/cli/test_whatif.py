"""`spondeo whatif`: charge against delay, the days on which limits bite, readings, losses, and last year again."""

import json
import re
from pathlib import Path
from typing import Any

import pytest

from cli import main

EXAMPLES = Path(__file__).parents[2] / "examples"
LATE = str(EXAMPLES / "cap-ladder" / "late-annexes.toml")
MEASURED = """
spondeo = 1
number  = "W-1"
total   = "120000.00 CNY"
term    = { from = 2026-01-01, for = "1 year" }
[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
[parties.provider]
label = "Party A"
name  = "Example Services Co., Ltd."
[parties.client]
label = "Party B"
name  = "Example Property Co., Ltd."
[event_kinds.rating]
[event_kinds.outage]
span = true
[[measures]]
id    = "score"
every = "calendar quarter"
kind  = "mean"
of    = "rating"
[[measures]]
id    = "uptime"
every = "calendar month"
kind  = "share of time"
down  = "outage"
round = "2 decimals, half up"
[[rules]]
id      = "score-short"
clause  = "9"
when    = "score is below 85"
owed_by = "provider"
owed_to = "client"
head    = "service level"
charge  = "5% of total each time"
[[rules]]
id      = "downtime"
clause  = "10"
when    = "uptime is below 99.5"
owed_by = "provider"
owed_to = "client"
head    = "availability"
charge  = "1000.00 CNY each time"
[[rules]]
id      = "loss"
clause  = "11"
when    = "a loss caused by provider is proven"
owed_by = "provider"
owed_to = "client"
head    = "loss"
charge  = "the loss proven"
"""


def answer(capsys: pytest.CaptureFixture[str], *args: str) -> dict[str, Any]:
    assert 0 == main(["whatif", *args, "--json", "--lang", "en"])
    made: dict[str, Any] = json.loads(capsys.readouterr().out)
    return made


def test_a_delay_has_a_row_a_day_and_says_on_which_day_its_maximum_bites(capsys):
    [delay] = answer(capsys, LATE, "--as-of", "2026-03-01", "--late", "A1=39..60")["delays"]

    rows = {row["days"]: row for row in delay["rows"]}
    assert [39, 60] == [min(rows), max(rows)]
    assert ("234000.00 CNY", "234000.00 CNY") == (rows[39]["gross"], rows[39]["payable"])
    assert ("246000.00 CNY", "6000.00 CNY", "240000.00 CNY") == (
        rows[41]["gross"],
        rows[41]["maximum"],
        rows[41]["payable"],
    )
    # 20 % of 1,200,000 is 240,000 = 40 days × 6,000: the maximum bites on day 41; the other annex is taken as in time
    assert [(41, "2026-04-12", "maximum")] == [(m["days"], m["on"], m["kind"]) for m in delay["marks"]]


def test_beyond_the_maximum_a_lower_cap_bites_first(tmp_path, capsys):
    lower = (
        Path(LATE)
        .read_text("utf-8")
        .replace('"30% of total in each contract year"', '"10% of total in each contract year"')
    )
    path = tmp_path / "lower.toml"
    path.write_text(lower, "utf-8")
    [delay] = answer(capsys, str(path), "--as-of", "2026-03-01", "--late", "A1=10..60")["delays"]

    # 120,000 = 20 days: the cap bites on day 21
    assert (21, "cap", "general") in [(m["days"], m["kind"], m["by"]) for m in delay["marks"]]
    assert "120000.00 CNY" == delay["rows"][-1]["payable"]


def test_readings_and_losses_bring_their_charges(tmp_path, capsys):
    path = tmp_path / "w.toml"
    path.write_text(MEASURED, "utf-8")
    made = answer(
        capsys,
        str(path),
        "--as-of",
        "2026-07-15",
        "--measure",
        "score=70",
        "--measure",
        "uptime=99.1",
        "--loss",
        "L=100000",
    )

    paid = {one["charge"]: one["payable"] for one in made["charges"]}
    assert {
        "score-short:score/2026-Q2": "6000.00 CNY",
        "downtime:uptime/2026-06": "1000.00 CNY",
        "loss:L": "100000.00 CNY",
    } == paid


def test_a_good_reading_costs_nothing(tmp_path, capsys):
    path = tmp_path / "w.toml"
    path.write_text(MEASURED, "utf-8")

    assert [] == answer(capsys, str(path), "--as-of", "2026-07-15", "--measure", "uptime=99.9")["charges"]


def test_last_year_again_takes_another_contracts_history(tmp_path, capsys):
    path = tmp_path / "next.toml"
    path.write_text(Path(LATE).read_text("utf-8").partition("[[events]]")[0].replace("= 2026-", "= 2027-"), "utf-8")
    made = answer(capsys, str(path), "--as-of", "2027-04-30", "--like", LATE)

    assert {"180000.00 CNY"} == {one["payable"] for one in made["charges"]}


def test_page_paper_and_table_say_the_same(tmp_path, capsys):
    page, paper = tmp_path / "w.html", tmp_path / "w.pdf"

    assert 0 == main(
        [
            "whatif",
            LATE,
            "--as-of",
            "2026-03-01",
            "--late",
            "A1=38..42",
            "--html",
            str(page),
            "--pdf",
            str(paper),
            "--csv",
            "--lang",
            "en",
        ]
    )
    assert "A1,41,246000.00 CNY,6000.00 CNY,0.00 CNY,240000.00 CNY" in capsys.readouterr().out.splitlines()
    text = page.read_text("utf-8")
    assert "<svg" in text
    assert "CNY 246,000.00" in text
    assert "default-src &#39;none&#39;" in text
    assert paper.read_bytes().startswith(b"%PDF")


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--late", "A1"], "WHATIF-LATE-01"),
        (["--late", "A1=60..10"], "WHATIF-LATE-01"),
        (["--late", "A9=1..2"], "WHATIF-ID-01"),
        (["--measure", "score"], "WHATIF-MEASURE-01"),
        (["--measure", "score=80"], "WHATIF-ID-02"),
        (["--loss", "L=much"], "WHATIF-LOSS-01"),
    ],
)
def test_what_cannot_be_assumed_is_said(args, code, capsys):
    assert 2 == main(["whatif", LATE, "--as-of", "2026-03-01", *args, "--lang", "en"])
    assert code in capsys.readouterr().err


STEPS = """
spondeo = 1
number  = "W-2"
term    = { from = 2026-01-01, for = "1 year" }
total   = "120000.00 CNY"
[counting]
preset   = "CN-civil-code@2021"
calendar = "CN@2026-11"
lateness_by = "dates"
case_month = "due"
[parties.provider]
label = "Party A"
name  = "Example Services Co., Ltd."
[parties.client]
label = "Party B"
name  = "Example Property Co., Ltd."
[third_parties.lab]
name       = "Example Laboratory"
engaged_by = "provider"
[event_kinds.complaint]
[event_kinds.answered]
[event_kinds.mark]
[[annexes]]
id          = "A1"
owed_by     = "provider"
due         = 2026-06-10
accepted_by = ["client"]
[[steps]]
id      = "answer"
owed_by = "provider"
starts  = "complaint"
stops   = "answered"
within  = "24 hours"
[[measures]]
id    = "kept"
every = "calendar quarter"
kind  = "share of steps kept"
of    = "answer"
empty = "no reading"
[[measures]]
id      = "grade"
every   = "calendar quarter"
kind    = "weighted mean"
of      = "mark"
weights = { care = "60%", time = "40%" }
[[scorecards]]
id      = "card"
every   = "calendar quarter"
kind    = "weighted mean"
clause  = "7"
weights = { kept = { weight = "50%", of = "kept" }, marks = { weight = "50%", of = "grade" } }
missing = "no score"
[[rules]]
id      = "late-answer"
clause  = "8"
when    = "answer is late"
head    = "delay"
charge  = "100.00 CNY per started day"
[[rules]]
id      = "late-annex"
clause  = "8.1"
when    = "A1 is late"
head    = "delay"
charge  = "100.00 CNY per started day"
[[rules]]
id      = "kept-short"
clause  = "9"
when    = "kept is below 95"
owed_by = "provider"
head    = "steps"
charge  = "1000.00 CNY each time"
[[rules]]
id      = "grade-short"
clause  = "9"
when    = "grade is below 80"
owed_by = "provider"
head    = "grade"
charge  = "2000.00 CNY each time"
[[rules]]
id      = "card-short"
clause  = "9"
when    = "card is below 85"
owed_by = "provider"
head    = "card"
charge  = "4000.00 CNY each time"
[[rules]]
id      = "loss"
clause  = "11"
when    = "a loss is proven"
owed_by = "provider"
owed_to = "client"
head    = "loss"
charge  = "the loss proven"
[[events]]
what  = "complaint"
about = "C-1"
at    = 2026-06-08T10:00:00
[[events]]
what  = "answered"
about = "C-1"
at    = 2026-06-08T11:00:00
"""


def steps(tmp_path: Path) -> str:
    path = tmp_path / "steps.toml"
    path.write_text(STEPS, "utf-8")
    return str(path)


def test_a_share_of_steps_and_a_weighted_mean_can_be_assumed_and_reach_the_card_that_weighs_them(tmp_path, capsys):
    made = answer(capsys, steps(tmp_path), "--as-of", "2026-07-15", "--measure", "kept=90%", "--measure", "grade=79.5")

    # the card: (90 + 79.5) ÷ 2 = 84.75, below 85
    paid = {one["charge"]: one["payable"] for one in made["charges"]}
    assert {
        "kept-short:kept/2026-Q2": "1000.00 CNY",
        "grade-short:grade/2026-Q2": "2000.00 CNY",
        "card-short:card/2026-Q2": "4000.00 CNY",
    } == paid


def test_a_card_can_be_assumed_itself(tmp_path, capsys):
    made = answer(capsys, steps(tmp_path), "--as-of", "2026-07-15", "--measure", "card=80")

    assert ["card-short:card/2026-Q2"] == [one["charge"] for one in made["charges"]]


def test_a_step_may_be_assumed_to_stop_late(tmp_path, capsys):
    [delay] = answer(capsys, steps(tmp_path), "--as-of", "2026-07-15", "--late", "answer/C-1=0..2")["delays"]

    assert ["0.00 CNY", "100.00 CNY", "200.00 CNY"] == [row["payable"] for row in delay["rows"]]


def test_what_must_be_accepted_is_assumed_to_be_accepted_when_it_comes(tmp_path, capsys):
    [delay] = answer(capsys, steps(tmp_path), "--as-of", "2026-07-15", "--late", "A1=3")["delays"]

    assert "300.00 CNY" == delay["rows"][0]["payable"]


def test_a_loss_under_the_name_of_a_third_party_was_caused_by_it(tmp_path, capsys):
    path = Path(steps(tmp_path))
    path.write_text(STEPS.replace('"a loss is proven"', '"a loss caused by lab is proven"'), "utf-8")
    made = answer(capsys, str(path), "--as-of", "2026-07-15", "--loss", "lab=500 CNY", "--loss", "provider=700")

    assert ["loss:lab"] == [one["charge"] for one in made["charges"]]


def test_a_reading_that_only_gets_worse_shows_the_new_charge(tmp_path, capsys):
    path = tmp_path / "worse.toml"
    path.write_text(
        MEASURED.replace('"5% of total each time"', '"100.00 CNY per started point"')
        + '[[events]]\nwhat = "rating"\nat = 2026-05-01\nvalue = "84"\n',
        "utf-8",
    )
    made = answer(capsys, str(path), "--as-of", "2026-07-15", "--measure", "score=80")

    assert ["500.00 CNY"] == [one["payable"] for one in made["charges"]]


def test_the_page_and_the_paper_of_charges_show_them(tmp_path, capsys):
    page, paper = tmp_path / "w.html", tmp_path / "w.pdf"
    args = ["--as-of", "2026-07-15", "--measure", "kept=90", "--html", str(page), "--pdf", str(paper)]

    assert 0 == main(["whatif", steps(tmp_path), *args, "--lang", "en"])
    assert 0 == main(["whatif", steps(tmp_path), *args[:4], "--csv", "--lang", "en"])
    assert "kept-short:kept/2026-Q2,,1000.00 CNY,,,1000.00 CNY" in capsys.readouterr().out
    assert "kept-short:kept/2026-Q2" in page.read_text("utf-8")
    assert paper.read_bytes().startswith(b"%PDF")


def test_nothing_assumed_is_said(tmp_path, capsys):
    assert 0 == main(["whatif", steps(tmp_path), "--as-of", "2026-07-15", "--lang", "en"])
    assert "Nothing was assumed" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["--measure", "kept=90", "--as-of", "2026-01-15"], "WHATIF-WINDOW-01"),
        (["--late", "waiting=1", "--as-of", "2026-03-01"], "WHATIF-DUE-01"),
    ],
)
def test_what_cannot_be_assumed_yet_is_said(args, code, tmp_path, capsys):
    path = Path(steps(tmp_path))
    waiting = '[[annexes]]\nid = "waiting"\nowed_by = "provider"\ndue = "3 days after A1 accepted"\n'
    path.write_text(STEPS.replace("[[steps]]", waiting + "[[steps]]"), "utf-8")

    assert 2 == main(["whatif", str(path), *args, "--lang", "en"])
    assert code in capsys.readouterr().err


def test_last_year_again_moves_a_leap_day_to_the_28th(tmp_path, capsys):
    path, last = Path(steps(tmp_path)), tmp_path / "last.toml"
    loss = '[[events]]\nwhat = "loss proven"\nid = "L1"\nat = 2024-02-29\namount = "500.00 CNY"\n'
    last.write_text(STEPS.partition("[[events]]")[0].replace("= 2026-", "= 2024-") + loss, "utf-8")
    path.write_text(STEPS.partition("[[events]]")[0], "utf-8")

    made = answer(capsys, str(path), "--as-of", "2026-02-28", "--like", str(last))
    assert {"loss:like:L1": "500.00 CNY"} == {one["charge"]: one["payable"] for one in made["charges"]}


def test_of_many_rows_people_see_some_thirty_and_those_where_a_limit_bites(capsys):
    args = ["whatif", LATE, "--as-of", "2026-03-01", "--late", "A1=0..200", "--lang", "en"]

    assert 0 == main(args)
    lines = [words[0] for line in capsys.readouterr().out.splitlines() if (words := line.split()) and len(words) > 5]
    assert {"0", "40", "41", "200"} <= set(lines)
    assert 50 > len(lines)


def test_a_payment_may_be_assumed_to_come_late(tmp_path, capsys):
    path = Path(steps(tmp_path))
    fee = '[[payments]]\nid = "fee"\nowed_by = "client"\namount = "1000.00 CNY"\ndue = 2026-06-10\n'
    late = '[[rules]]\nid = "late-fee"\nclause = "5"\nwhen = "fee is late"\nhead = "payment"\n'
    late += 'charge = "10.00 CNY per started day"\n'
    path.write_text(STEPS.replace("[[steps]]", fee + late + "[[steps]]", 1), "utf-8")
    [delay] = answer(capsys, str(path), "--as-of", "2026-07-15", "--late", "fee=0..3")["delays"]

    assert ["0.00 CNY", "10.00 CNY", "20.00 CNY", "30.00 CNY"] == [row["payable"] for row in delay["rows"]]


def test_a_cap_that_is_shared_pro_rata_takes_off_but_begins_on_no_day(tmp_path, capsys):
    path = tmp_path / "rata.toml"
    shared = Path(LATE).read_text("utf-8").replace("30% of total in each", "10% of total in each")
    path.write_text(re.sub(r'order  = ".*"', 'order  = "pro rata"', shared), "utf-8")
    [delay] = answer(capsys, str(path), "--as-of", "2026-03-01", "--late", "A1=30")["delays"]

    assert ("60000.00 CNY", "120000.00 CNY") == (delay["rows"][0]["cap"], delay["rows"][0]["payable"])
    assert [] == [mark for mark in delay.get("marks", []) if mark["kind"] == "cap"]
