"""A statement proves itself on a machine that never saw the contract, and a changed one does not."""

import io
import json
from datetime import date

import pikepdf
import pytest

from contracts.papers.attach import attach, attached


@pytest.fixture
def statement(spondeo, s12, tmp_path):
    file = tmp_path / "statement.pdf"
    assert 0 == spondeo("paper", "statement", s12, "--as-of", "2026-12-31", "-o", file).code
    return file


def test_an_untouched_statement_holds(spondeo, statement, s12):
    for beside in s12.parent.iterdir():
        beside.unlink()

    ran = spondeo("check", statement, "--lang", "en")

    assert 0 == ran.code
    assert "It holds: KF-2026-001" in ran.out


def test_the_same_statement_twice_is_the_same_bytes(spondeo, s12, tmp_path):
    files = [tmp_path / f"{n}.pdf" for n in (1, 2)]
    for file in files:
        spondeo("paper", "statement", s12, "--as-of", "2026-12-31", "-o", file)

    assert files[0].read_bytes() == files[1].read_bytes()


def test_a_figure_changed_in_the_attached_assessment_is_named(spondeo, statement):
    files = attached(statement.read_bytes())
    files["assessment.json"] = files["assessment.json"].replace(b"72000.00 CNY", b"82000.00 CNY", 1)
    statement.write_bytes(attach(statement.read_bytes(), files))

    ran = spondeo("check", statement, "--lang", "en")

    assert 2 == ran.code
    assert "[PROOF-FIGURE-01]" in ran.out


def test_an_event_changed_under_the_figures_is_named(spondeo, statement):
    files = attached(statement.read_bytes())
    files["contract.json"] = files["contract.json"].replace(b"2026-02-16T10:00:00", b"2026-02-15T10:00:00")
    statement.write_bytes(attach(statement.read_bytes(), files))

    ran = spondeo("check", statement, "--lang", "en")

    assert "[PROOF-DIGEST-02]" in ran.out.splitlines()[1]
    assert "charges.late-annex:A1" in ran.out


def changed(file, change):
    pdf = pikepdf.open(io.BytesIO(file.read_bytes()))
    change(pdf)
    out = io.BytesIO()
    pdf.save(out, deterministic_id=True)
    file.write_bytes(out.getvalue())


def redraw(pdf):
    page = pdf.pages[0]
    page.Contents = pdf.make_stream(page.Contents.read_bytes().replace(b" Tj", b" Tj ", 1) + b"\n0 0 m 9 9 l S")


def overlay(pdf):
    pdf.pages[0].obj["/Annots"] = pdf.make_indirect(pikepdf.Array([]))


def drop_a_page(pdf):
    del pdf.pages[-1]


@pytest.mark.parametrize("change", [redraw, overlay, drop_a_page])
def test_pages_that_are_not_what_the_data_gives_are_noticed(spondeo, statement, change):
    """All figures carried hold, but a page draws something else: the paper is set again and compared."""
    changed(statement, change)

    ran = spondeo("check", statement, "--lang", "en")

    assert 2 == ran.code
    assert "[PROOF-PAGES-01]" in ran.out


def test_a_statement_that_was_only_saved_again_holds_and_says_so(spondeo, statement):
    changed(statement, lambda pdf: pdf.docinfo.__setitem__("/Producer", "another program"))

    ran = spondeo("check", statement, "--lang", "en")

    assert 0 == ran.code
    assert "saved again by another program" in ran.out


@pytest.mark.parametrize("languages", ["zh-Hant,en", "en", "zh-Hans"])
def test_an_assumed_reading_and_another_language_prove_themselves_too(spondeo, s12, tmp_path, languages):
    file = tmp_path / "s.pdf"
    spondeo(
        "paper", "statement", s12, "--as-of", "2026-10-01T12:00", "--known-at", "2026-08-25", "--languages", languages, "-o", file,
        "--assume", "rules.late-annex.charge=0.1% of total per started day",
    )  # fmt: skip

    assert 0 == spondeo("check", file).code


def test_a_statement_of_a_newer_version_is_refused_by_number(spondeo, statement):
    files = attached(statement.read_bytes())
    form = json.loads(files["statement.json"])
    files["statement.json"] = json.dumps({**form, "semantics": 99}).encode()
    statement.write_bytes(attach(statement.read_bytes(), files))

    assert "[PROOF-VERSION-01]" in spondeo("check", statement).err


@pytest.mark.parametrize("name", ["contract.json", "world.json", "assessment.json", "statement.json"])
@pytest.mark.parametrize("damage", [b"", b"{", b"[]", b"\xff\xfe", b'{"a":1}', b"null"])
def test_damaged_attachments_are_problems_not_tracebacks(spondeo, statement, name, damage):
    files = attached(statement.read_bytes())
    files[name] = damage
    statement.write_bytes(attach(statement.read_bytes(), files))

    assert 2 == spondeo("check", statement).code


def test_other_files_are_told_apart(spondeo, tmp_path, s12):
    assert "[PROOF-FILE-01]" in spondeo("check", tmp_path / "none.pdf").err
    assert 2 == spondeo("check", s12).code


def test_a_paper_that_brings_a_forged_calendar_does_not_hold(spondeo, s12, tmp_path):
    """Two weeks of holidays under the shipped name would make A2 less late: every figure agrees, and it is no proof."""
    import msgspec

    from contracts.folder import load
    from contracts.papers.proof import Given, statement_paper

    [one], _ = load([s12])
    assert one.contract is not None
    [(key, calendar)] = one.world.calendars.items()
    longer = msgspec.structs.replace(calendar.holidays[0], first=date(2026, 3, 6), last=date(2026, 3, 20))
    forged = msgspec.structs.replace(calendar, holidays=(*calendar.holidays, longer))
    world = msgspec.structs.replace(one.world, calendars={key: forged})
    file = tmp_path / "forged.pdf"
    file.write_bytes(statement_paper(one.contract, one.events, world, Given(as_of=date(2026, 12, 31))))

    ran = spondeo("check", file, "--lang", "en")

    assert 2 == ran.code
    assert "[PROOF-WORLD-01]" in ran.out


@pytest.mark.parametrize(
    "told",
    [
        {"as_of": "9999-12-31"}, {"languages": ["xx"]}, {"languages": "en"}, {"languages": [5]}, {"assume": []}, {"assume": "x"},
        {"head": 5}, {"known_at": "yesterday"}, {"as_of": None},
    ],
)  # fmt: skip
def test_hostile_questions_in_a_paper_are_problems(spondeo, statement, told):
    files = attached(statement.read_bytes())
    files["statement.json"] = json.dumps({**json.loads(files["statement.json"]), **told}).encode()
    statement.write_bytes(attach(statement.read_bytes(), files))

    assert 2 == spondeo("check", statement).code
