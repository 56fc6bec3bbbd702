"""What stands with the charges, on page, statement and terminal: rights, causes, remarks, claims, periods, the end,
third parties, and the days behind each due time.
"""

import importlib
import re
from datetime import date
from pathlib import Path

import msgspec
import pytest

from contracts.folder import Loaded
from contracts.papers.document import Heading, Note, Paragraph, TableBlock
from contracts.papers.page import page
from contracts.papers.proof import Given, check, statement_paper
from contracts.papers.standing import changed, held, moved, remarks
from contracts.papers.statement import statement
from contracts.papers.text import report
from contracts.papers.typeset import render
from contracts.papers.voice import plain_id
from contracts.phrases import ACTS
from core.assessment import Assessment, assess
from core.events import Event
from core.terms import Contract
from locales import LANGUAGES, has, words

MORE = ("rights", "ending", "causes", "claims", "settlements", "ahead", "outside", "flowdown", "beside", "dues")


def contract_of(one: Loaded) -> Contract:
    assert one.contract is not None
    return one.contract


def said_in(one: Loaded, made: Assessment, lang: str = "en") -> list[str]:
    """Every text of the statement in one language."""
    found: list[str] = []
    for block in statement(made, contract_of(one), languages=(lang,)).blocks:
        if isinstance(block, (Heading, Note, Paragraph)):
            found.append(block.words[lang])
        if isinstance(block, TableBlock):
            found += [cell if isinstance(cell, str) else cell[lang] for row in block.rows for cell in row]
    return found


def face(html: str, lang: str) -> str:
    return html.partition(f'<main class="face" lang="{lang}"')[2].partition("</main>")[0]


@pytest.fixture(scope="module")
def html(whole: Loaded, whole_made: Assessment) -> str:
    return page([(contract_of(whole), whole.events, whole_made, ())], lang="en")


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_page_has_a_part_for_each_of_them_in_every_language(html: str, lang: str):
    shown = face(html, lang)

    assert [] == [key for key in MORE if words(lang, f"page.section.{key}") not in shown]


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_statement_has_a_section_for_each_of_them_in_every_language(
    whole: Loaded, whole_made: Assessment, lang: str
):
    said = said_in(whole, whole_made, lang)
    sections = ("causes", "remarks", "claims", "settlements", "ahead", "ending", "rights", "outside", "flowdown")

    assert [] == [key for key in sections if words(lang, f"papers.statement.{key}") not in said]


def test_a_contract_without_them_is_silent_about_them(root: Path):
    from contracts.folder import load

    [one], _ = load([root / "examples" / "hard-1" / "hard-1.toml"])
    made = assess(contract_of(one), one.events, as_of=date(2026, 2, 1), world=one.world)
    shown = face(page([(contract_of(one), one.events, made, ())]), "en")

    assert [] == [key for key in MORE if key != "dues" and words("en", f"page.section.{key}") in shown]


def test_the_statement_of_everything_proves_itself(whole: Loaded, tmp_path: Path):
    path = tmp_path / "s.pdf"
    given = Given(as_of=date(2026, 9, 30), languages=("zh-Hant", "en"))
    path.write_bytes(statement_paper(contract_of(whole), whole.events, whole.world, given))

    assert check(path).holds


def test_rights_stand_by_their_last_day_and_long_limitations_are_only_counted(whole_made: Assessment):
    listed = held(whole_made)

    assert ["open", "used", "used", "lapsed"] == [one.state for one in listed if not one.far]
    assert "late:A2" == listed[0].right.id
    assert (date(2027, 2, 15), 138) == (listed[0].right.lapses, listed[0].days)  # 15 Feb 2027 less 30 Sep 2026
    assert {"limitation"} == {one.right.kind for one in listed if one.far}


def test_a_right_is_marked_in_its_last_month(whole: Loaded):
    made = assess(contract_of(whole), whole.events, as_of=date(2027, 1, 20), world=whole.world)
    [first, *_] = held(made)

    assert first.soon
    assert "within a month" in face(page([(contract_of(whole), whole.events, made, ())]), "en")


def test_every_right_that_a_contract_can_give_has_words():
    kinds = {*ACTS, "claim", "limitation", "refuse renewal"}

    assert [] == [kind for kind in kinds if not has(f"page.right.{plain_id(kind)}")]


def test_the_days_of_a_rights_count_stand_under_it(html: str):
    """A year from 15 February 2026, which has its own strip."""
    rights = face(html, "en").partition('id="en-1-rights"')[2].partition("</section>")[0]

    assert "Why 15 Feb 2027:" in rights
    assert "15 Feb 2026" in rights


def test_remarks_stand_with_their_charge_and_the_others_apart(html: str, whole_made: Assessment):
    beside = remarks(whole_made)
    shown = face(html, "en")
    charges, apart = shown.index('id="en-1-charges"'), shown.index('id="en-1-beside"')

    assert {"late:A1", "late:fee/2026-01"} <= set(beside)
    assert charges < shown.index("Computed, not ready to claim") < apart < shown.index("A court gives the one-year LPR")


def test_the_statement_says_each_remark_once_with_all_that_it_is_about(whole: Loaded, whole_made: Assessment):
    said = said_in(whole, whole_made)
    late = "Late performance was taken without a written reserve. That alone gives nothing up; a reserve avoids the argument."

    assert 1 == said.count(late)
    assert "late:A1, late:A2" == said[said.index(late) - 1]


def test_one_cause_shows_both_heads_and_the_larger(whole: Loaded, whole_made: Assessment):
    said = said_in(whole, whole_made)
    at = said.index("O-1\nAgreed sums count towards the loss.")

    assert ["credit:O-1\nloss:O-1", "CNY 500.00", "CNY 2,600.00", "CNY 2,600.00", "CNY 2,100.00"] == said[
        at + 1 : at + 6
    ]


def test_a_claim_says_what_has_become_of_it(whole: Loaded, whole_made: Assessment):
    said = said_in(whole, whole_made)

    assert {"late:A1", "credit:O-0", "credit:O-1"} == {claim.id for claim in moved(whole_made)}
    assert "disputed 2026-04-01" in said
    assert "lapsed\nto be claimed by 8 Apr 2026" in said
    assert "CNY 500.00\npayable 25 Jun 2026" in said


def test_periods_show_what_their_charges_do_to_the_fee(whole: Loaded, whole_made: Assessment):
    """March: 10,000.00 of delay, 3,000.00 of it disputed: 20,000.00 − 7,000.00 = 13,000.00."""
    said = said_in(whole, whole_made)
    at = said.index("fee/2026-03\n2026-03-01 – 2026-03-31")

    assert ["fee/2026-02", "fee/2026-03", "fee/2026-06"] == [one.obligation for one in changed(whole_made)]
    assert "− CNY 7,000.00 late:A1\n(CNY 3,000.00) late:A1: disputed" == said[at + 2]
    assert "CNY 13,000.00" == said[at + 3]


def test_a_bonus_tax_and_a_set_off_of_a_period_are_said(whole: Loaded, whole_made: Assessment):
    [one, *rest] = whole_made.settlements
    fuller = msgspec.structs.replace(one, bonuses={"b": one.fee}, tax=one.fee, set_off=one.fee)
    said = said_in(whole, msgspec.structs.replace(whole_made, settlements=(fuller, *rest)))

    assert "+ CNY 20,000.00 b" in said
    assert any("and tax CNY 20,000.00" in text for text in said)
    assert any("set off CNY 20,000.00" in text for text in said)


def test_an_end_without_right_is_a_warning(html: str, whole: Loaded, whole_made: Assessment):
    said = said_in(whole, whole_made)
    warning = words("en", "text.ending-wrong", ground="serious")

    assert warning in said
    assert "silence does not heal that" in face(html, "en")
    assert "The contract ended on 31 Aug 2026.\nNotice received 20 Aug 2026.\nGround named: serious." in said
    assert "What lives on: confidentiality" in said
    assert "Goes back: Party A owes Party B CNY 12,600.00 (licence)" in said  # 126 of 365 days × 36,500


@pytest.mark.parametrize(
    ("by", "until", "ground"), [("client", date(2026, 9, 25), "serious"), ("provider", None, None)]
)
def test_an_end_by_right_or_without_a_ground_is_none(whole: Loaded, by: str, until: date | None, ground: str | None):
    """30 days after 20 August are over on 19 September; who names no ground is not told that it gave none."""
    events = [event for event in whole.events if event.what != "terminated"]
    end = Event(what="terminated", id="T", of=ground, by=by, at=date(2026, 8, 20), until=until)
    made = assess(contract_of(whole), [*events, end], as_of=date(2026, 9, 30), world=whole.world)
    shown = page([(contract_of(whole), events, made, ())])
    said = said_in(whole, made)

    assert made.ending is not None
    assert not [text for text in said if "silence does not heal" in text]
    assert bool(ground) == (words("en", "page.end.rightful") in said)
    assert bool(ground) == (words("en", "page.end.rightful") in face(shown, "en"))


def test_what_follows_the_end_says_when_it_was_done(whole: Loaded):
    done = Event(what="delivered", id="D", of="guidance", at=date(2026, 9, 8))
    made = assess(contract_of(whole), [*whole.events, done], as_of=date(2026, 9, 30), world=whole.world)

    assert "done 8 Sep 2026" in face(page([(contract_of(whole), whole.events, made, ())]), "en")
    assert "2026-09-08" in said_in(whole, made)


def test_a_third_party_shows_its_life_and_each_promise_beside_ours(html: str, whole: Loaded, whole_made: Assessment):
    said = said_in(whole, whole_made)

    assert "Example Laboratory · has not signed and is not bound" in said
    assert "too early" in said
    at = said.index("55 days")
    assert ["75 days", "third party has 20 days more"] == said[at + 1 : at + 3]
    assert "CNY 40,000.00 stays with us" in said
    assert any("20 days too few" in text for text in said)
    assert "third party has 20 days more" in face(html, "en")


def test_a_request_that_lacks_something_says_what(whole: Loaded):
    short = [
        msgspec.structs.replace(e, value="scope") if e.what == "involvement requested" else e for e in whole.events
    ]
    made = assess(contract_of(whole), short, as_of=date(2026, 9, 30), world=whole.world)

    assert "incomplete (purpose)" in said_in(whole, made)


def test_a_third_party_that_nobody_asked_for_yet_has_no_stages(whole: Loaded):
    kept = [e for e in whole.events if not (e.of == "lab" or e.by == "lab" or "lab" in e.what)]
    made = assess(contract_of(whole), kept, as_of=date(2026, 9, 30), world=whole.world)

    assert words("en", "page.outside.nothing") in said_in(whole, made)
    assert words("en", "page.outside.nothing") in face(page([(contract_of(whole), kept, made, ())]), "en")


def test_the_days_of_a_due_time_stand_under_it(html: str, whole: Loaded, whole_made: Assessment):
    """A1: 55 days after 5 January end on Sunday 1 March and move to Monday; A2 counts working days."""
    said = said_in(whole, whole_made)
    at = said.index("2026-01-06 – 2026-02-28")

    assert ["+ 1–54", "2026-03-01", "+ 55 (weekend)", "2026-03-02", "■ due"] == said[at + 1 : at + 6]
    assert "30 due (make-up working day)" in face(html, "en")
    assert 'class="skipped"' in face(html, "en")


def test_a_due_day_that_is_kept_is_explained_too_unless_there_are_very_many(whole: Loaded, whole_made, monkeypatch):
    view = importlib.import_module("contracts.papers.page.view")
    item = (contract_of(whole), whole.events, whole_made, ())
    every = [due.obligation.id for due in view.view(item).dues]
    monkeypatch.setattr(view, "MANY", 1)

    assert {"lab/answer", "guidance"} <= set(every)
    assert {due.obligation.id for due in view.view(item).dues} <= set(every)


def test_the_terminal_names_rights_and_causes(whole: Loaded, whole_made: Assessment):
    text = report(contract_of(whole), whole_made, (), "en")

    assert "One cause, O-1: credit:O-1, loss:O-1." in text
    assert "+20 days" not in text  # the flow-down table comes with the reasons
    assert "+20 days" in report(contract_of(whole), whole_made, (), "en", why=True)
    assert re.search("late:A2 +withhold payment", text)
    assert "Limitation: 5 rights to enforce, the first until 2029-02-14." in text


@pytest.mark.parametrize("languages", [("zh-Hans", "en"), ("zh-Hant",)])
def test_all_of_it_can_be_set(whole: Loaded, whole_made: Assessment, languages: tuple[str, ...]):
    assert render(statement(whole_made, contract_of(whole), languages=languages), languages).startswith(b"%PDF")
