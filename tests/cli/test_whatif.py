"""`spondeo whatif`: charge against delay, the days on which limits bite, readings, losses, and last year again."""

import json
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
    assert "<script" not in text
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
