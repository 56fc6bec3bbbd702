"""Corners that ordinary papers seldom reach: odd texts, odd PDFs, rows that do not fit."""

import json
import zlib
from datetime import date
from pathlib import Path
from typing import Any

import msgspec
import pikepdf
import pytest

from contracts.folder import Loaded, load
from contracts.papers.attach import attach, attached, same_pages
from contracts.papers.breaking import break_lines
from contracts.papers.contract import _nearest
from contracts.papers.data import as_csv, as_json
from contracts.papers.document import Column, Document, KeyFigure, KeyFigures, PageBreak, Paragraph, TableBlock, Title
from contracts.papers.face import regular_face
from contracts.papers.page import page
from contracts.papers.page.timeline import timeline
from contracts.papers.page.view import view
from contracts.papers.pages import Cell, Row, SetLine, paginate
from contracts.papers.proof import Given, Proof, check, statement_paper
from contracts.papers.statement import statement
from contracts.papers.text import report, table
from contracts.papers.typeset import render
from core.assessment import Assessment, assess
from core.events import Event
from core.limits.causes import Cause
from core.problems import InputError
from core.record import Decided
from core.terms import Amendment, Contract


def contract_of(one: Loaded) -> Contract:
    assert one.contract is not None
    return one.contract


def lines_of(count: int) -> Cell:
    return Cell(0.0, [SetLine((("S1", "a"),), 0.0, 9.0, 10.0, 0.1)] * count)


# pages


def test_of_three_lines_with_room_for_two_none_is_left_behind():
    """Two here would leave a lone last line there; one here would be a lone first: all three go over."""
    first, second = paginate([Row((lines_of(8),)), Row((lines_of(3),))], 100.0, 0.0)

    assert (8, 3) == (len(first.lines), len(second.lines))


def test_a_frame_is_not_opened_where_its_words_do_not_fit():
    first, second = paginate([Row((lines_of(7),)), Row((lines_of(2),), frame=1, whole=True)], 100.0, 0.0)

    assert ([], 1) == (first.frames, len(second.frames))
    assert (7, 2) == (len(first.lines), len(second.lines))


def test_a_frame_that_fits_stays_where_it_is():
    [only] = paginate([Row((lines_of(2),)), Row((lines_of(2),), frame=1), Row((lines_of(1),), frame=2)], 150.0, 0.0)

    assert 2 == len(only.frames)


def test_a_frame_goes_on_over_the_pages_that_its_words_need():
    pages = paginate([Row((lines_of(20),), frame=1), Row((lines_of(1),))], 100.0, 0.0)

    assert [1, 1, 1] == [len(page.frames) for page in pages]
    assert 21 == sum(len(page.lines) for page in pages)
    assert all(top >= max(y for _, y, _ in page.lines[:-1]) for page in pages for top, _ in page.frames)


def test_a_row_that_is_whole_and_higher_than_a_page_runs_over_the_edge_once():
    assert 2 == len(paginate([Row((lines_of(1),)), Row((lines_of(30),), whole=True)], 100.0, 0.0))


def test_a_page_break_at_the_top_of_a_page_makes_no_empty_one():
    paper = Document(title={"en": "T"}, blocks=(PageBreak(), Title({"en": "T"}), PageBreak(), PageBreak()))

    assert render(paper, ("en",)).count(b"/Type /Page\n") <= 2


def test_a_chart_row_keeps_its_height():
    tall = "\n".join(["a"] * 90)
    paper = Document(title={"en": "T"}, blocks=(KeyFigures((KeyFigure({"en": "A"}, "1", {"en": tall}),)),))

    assert render(paper, ("en",))


# words and characters


def test_tabs_and_foreign_line_ends_are_set_as_spaces_and_lines():
    paper = Document(title={"en": "T"}, blocks=(Paragraph({"en": "a\tb\r\nc\rd"}),))
    same = Document(title={"en": "T"}, blocks=(Paragraph({"en": "a b\nc\nd"}),))

    assert render(same, ("en",)) == render(paper, ("en",))


def test_bold_text_with_a_character_that_the_bold_lacks_is_set_all_the_same():
    words = {"zh-Hans": "丂" * 2 + "当事人应当按照约定全面履行自己的义务并遵循诚信原则" * 6}
    paper = Document(title={"zh-Hans": "T"}, blocks=(Paragraph(words, emphasis="bold"),))

    assert render(paper, ("zh-Hans",)).startswith(b"%PDF")


def test_a_cell_with_more_lines_in_one_language_is_set_language_by_language():
    columns = (Column({"zh-Hans": "甲", "en": "A"}),)
    cell = {"zh-Hans": "一\n二", "en": "one"}
    paper = Document(title={"zh-Hans": "T", "en": "T"}, blocks=(TableBlock(columns, ((cell,),)),))

    assert render(paper, ("zh-Hans", "en")).startswith(b"%PDF")


def test_marks_that_may_stand_nowhere_are_cut_where_the_line_ends():
    text = "，" * 12

    assert text == "".join(line.text for line in break_lines(text, regular_face(None), 10.0, 45.0))


def test_a_name_in_a_language_that_nobody_asked_for_is_better_than_none():
    assert "nom" == _nearest({"fr": "nom"}, "en")
    assert "________" == _nearest({}, "en")


def test_a_table_without_rows_is_nothing():
    assert "" == table([])


def test_a_long_text_is_folded_and_its_amount_stays_in_sight():
    long = "recourse within the limit of the third party, as far as anything of it was left on that day; above it: " * 2
    lines = table([("A1", long, "CNY 1.00"), ("A2", "短", "CNY 20.00")], right={2}).splitlines()

    assert 120 >= max(map(len, lines))
    assert ["CNY 1.00", "CNY 20.00"] == [line[-9:].strip() for line in lines if "CNY" in line]
    assert {6} == {
        len(line) - len(line.lstrip()) for line in lines[1:-1]
    }  # more of the text stands below its beginning
    assert long.split() == " ".join(line.removeprefix("  A1").removesuffix("CNY 1.00") for line in lines[:-1]).split()


def test_what_is_folded_parts_no_amount_and_begins_no_line_with_a_mark():
    text = "限额内 CNY 200,000.00（当时剩余 CNY 200,000.00），" * 6
    lines = table([("x", text, "CNY 1.00")], right={2}).splitlines()

    assert len(lines) > 2
    assert text.count("CNY 200,000.00") == sum(line.count("CNY 200,000.00") for line in lines)
    assert not [line for line in lines if line.lstrip()[0] in "，）"]


def test_a_row_that_ends_early_runs_on_and_moves_no_figure():
    rows = [("A1", "a reason that says more than the columns beside it hold", "", ""), ("A2", "4", "CNY 5.00", "late")]

    assert "  A2  4  CNY 5.00  late" == table(rows).splitlines()[1]
    assert "  A1  a reason that says more" in table(rows)


# PDFs of strangers


@pytest.fixture(scope="module")
def paper() -> bytes:
    return render(Document(title={"en": "Statement"}, blocks=()), ("en",))


def changed(pdf: bytes, change: Any) -> bytes:
    import io

    with pikepdf.open(io.BytesIO(pdf)) as opened:
        change(opened)
        out = io.BytesIO()
        opened.save(out)
    return out.getvalue()


def with_file(pdf: bytes, data: bytes, coded: pikepdf.Name) -> bytes:
    """A PDF whose one file is stored as these bytes under this filter."""

    def change(opened: pikepdf.Pdf) -> None:
        opened.attachments["a.json"] = b"{}"
        stream = opened.attachments["a.json"].get_file().obj
        stream.write(data, filter=coded)

    return changed(pdf, change)


@pytest.mark.parametrize(
    ("data", "coded", "code"),
    [(b"\0\0", pikepdf.Name.FlateDecode, "PAPER-CHECK-05"), (b"\0", pikepdf.Name.RunLengthDecode, "PAPER-CHECK-05")],
)
def test_a_file_that_cannot_be_unpacked_is_a_problem(paper: bytes, data: bytes, coded: pikepdf.Name, code: str):
    with pytest.raises(InputError) as caught:
        attached(with_file(paper, data, coded))

    assert [code] == [problem.code for problem in caught.value.problems]


def test_a_file_that_was_stored_as_it_is_comes_out(paper: bytes):
    from contracts.papers.attach import unfolded

    with pikepdf.new() as pdf:
        coded = pikepdf.Stream(pdf, b"")
        coded.write(b"", filter=pikepdf.Name.LZWDecode)
        with pytest.raises(ValueError, match="LZW"):
            unfolded(b"", coded, "a.json")
        assert b"{}" == unfolded(b"{}", pikepdf.Stream(pdf, b""), "a.json")
        packed = pikepdf.Stream(pdf, b"")
        packed.write(zlib.compress(b"[]"), filter=[pikepdf.Name.FlateDecode])
        assert b"[]" == unfolded(zlib.compress(b"[]"), packed, "a.json")


def test_pages_that_cannot_be_read_are_not_the_same(paper: bytes):
    def spoil(opened: pikepdf.Pdf) -> None:
        picture = pikepdf.Stream(opened, b"no picture")
        picture.write(b"no picture", filter=pikepdf.Name.DCTDecode)
        opened.pages[0].obj.Resources = pikepdf.Dictionary(XObject=pikepdf.Dictionary(P=picture))

    spoilt = changed(paper, spoil)

    assert not same_pages(spoilt, spoilt)


def test_pages_without_or_with_endless_resources_are_compared_all_the_same(paper: bytes):
    def bare(opened: pikepdf.Pdf) -> None:
        del opened.pages[0].obj["/Resources"]

    def deep(opened: pikepdf.Pdf) -> None:
        inner = pikepdf.Dictionary()
        for _ in range(12):
            inner = pikepdf.Dictionary(Inner=inner, Parent=opened.Root)
        opened.pages[0].obj.Resources = inner

    assert same_pages(changed(paper, bare), changed(paper, bare))
    assert same_pages(changed(paper, deep), changed(paper, deep))
    assert not same_pages(paper, changed(paper, bare))


def test_a_damaged_list_of_files_is_a_problem(paper: bytes):
    def spoil(opened: pikepdf.Pdf) -> None:
        name = pikepdf.String(b"\xef\xbb\xbf\xff\xfe\xc0")  # says that it is UTF-8, and is not
        names = pikepdf.Array([name, pikepdf.Dictionary(Type=pikepdf.Name.Filespec)])
        opened.Root.Names = pikepdf.Dictionary(EmbeddedFiles=pikepdf.Dictionary(Names=names))

    with pytest.raises(InputError):
        attached(changed(paper, spoil))


def test_attached_files_stand_in_the_order_of_their_names(paper: bytes):
    assert ["a", "b"] == list(attached(attach(paper, {"b": b"", "a": b""})))


# statements


def test_a_decision_that_takes_several_things_names_each(whole: Loaded, whole_made: Assessment):
    decided = Decided(
        about="counting.order", takes=("costs", "interest"), by="legal", on=date(2026, 3, 1), why="so agreed"
    )
    made = msgspec.structs.replace(whole_made, decided=(decided,))
    said = [
        b.words["en"] for b in statement(made, contract_of(whole), languages=("en",)).blocks if isinstance(b, Paragraph)
    ]

    assert any("costs, interest" in text for text in said)


def test_a_cause_that_waits_for_a_decision_says_only_what_it_is(whole: Loaded, whole_made: Assessment):
    open_ = tuple(msgspec.structs.replace(cause, counted=None) for cause in whole_made.causes)
    made = msgspec.structs.replace(whole_made, causes=open_)
    cells = [row[0] for b in statement(made, contract_of(whole)).blocks if isinstance(b, TableBlock) for row in b.rows]

    assert isinstance(open_[0], Cause)
    assert "O-1" in cells
    assert "Nobody has decided." in page([(contract_of(whole), whole.events, made, ())], lang="en")


def test_an_end_that_leaves_nothing_behind_is_one_paragraph(whole: Loaded, whole_made: Assessment):
    assert whole_made.ending is not None
    bare = msgspec.structs.replace(whole_made.ending, follows=(), survives=(), fees=(), back=())
    made = msgspec.structs.replace(whole_made, ending=bare)
    said = [
        b.words["en"] for b in statement(made, contract_of(whole), languages=("en",)).blocks if isinstance(b, Paragraph)
    ]

    assert not any(text.startswith(("What lives on", "Goes back", "Fee of")) for text in said)


def test_what_was_done_without_a_due_day_is_a_mark_without_a_diamond(whole: Loaded, whole_made: Assessment):
    undue = tuple(msgspec.structs.replace(o, due=None) if o.id == "licence" else o for o in whole_made.obligations)
    made = msgspec.structs.replace(whole_made, obligations=undue)
    html = page([(contract_of(whole), whole.events, made, ())], lang="en")

    assert "licence done 29 Jan 2026." in html
    assert "licence due " not in html


def test_a_right_given_up_stands_beside_its_charge(whole: Loaded):
    given_up = Event(id="W1", what="waived", of="late:A1", by="client", at=date(2026, 6, 1))
    made = assess(contract_of(whole), (*whole.events, given_up), as_of=date(2026, 9, 30), world=whole.world)
    paper = statement(made, contract_of(whole), languages=("en",))
    [table, *_] = [block for block in paper.blocks if isinstance(block, TableBlock) and block.totals]

    workings = ["" if isinstance(row[4], str) else row[4]["en"] for row in table.rows]
    assert [True, False] == ["right given up" in said for said in workings[:2]]


def test_an_amendment_is_a_flag_on_its_day_and_none_while_it_waits_for_words(whole: Loaded, whole_made: Assessment):
    amendments = (
        Amendment(id="S1", agreed=date(2026, 5, 1), effective=date(2026, 5, 20)),
        Amendment(id="S2", agreed=date(2026, 5, 1), effective="lab consents"),
    )  # fmt: skip
    contract = msgspec.structs.replace(contract_of(whole), amendments=amendments)
    drawn = timeline(view((contract, whole.events, whole_made, ())))

    assert drawn is not None
    assert ["S1"] == [flag.name for flag in drawn.flags if flag.kind == "amended"]


def test_what_nothing_gives_a_day_waits_for_a_decision(whole: Loaded, whole_made: Assessment):
    undue = tuple(
        msgspec.structs.replace(o, due=None, done=None, waiting=None) if o.id == "licence" else o
        for o in whole_made.obligations
    )
    text = report(contract_of(whole), msgspec.structs.replace(whole_made, obligations=undue), (), "en")

    assert "to be decided" in next(line for line in text.splitlines() if line.strip().startswith("licence"))


@pytest.mark.parametrize(
    "name", ["obligations", "charges", "slices", "caps", "recourse", "payments", "claims", "balances", "settlements"]
)
def test_each_csv_table_has_its_rows_with_bare_amounts(whole: Loaded, whole_made: Assessment, name: str):
    text = as_csv(name, [whole_made])
    lines = text.removeprefix("\ufeff").splitlines()

    assert text.startswith("\ufeff")
    assert (name != "recourse") == bool(lines[1:])
    assert "contract" == lines[0].split(",")[0]
    assert lines[:1] == as_csv(name, []).removeprefix("\ufeff").splitlines()
    assert not [line for line in lines[1:] if " CNY" in line]


def test_json_holds_the_days_of_each_count_on_request(whole_made: Assessment):
    bare, full = (json.loads(as_json([whole_made], [], days=days))["assessments"][0] for days in (False, True))

    assert "strips" not in bare
    assert ["event", "counted", "counted", "due"] == [run["kind"] for run in full["strips"]["A1"]]


def test_a_period_is_one_row_of_the_settlements(whole_made: Assessment):
    """March: fee 20,000.00 less 7,000.00, 3,000.00 of the delay being disputed."""
    text = as_csv("settlements", [whole_made])
    head, *rows = [line.split(",") for line in text.removeprefix("\ufeff").splitlines()]
    march = dict(zip(head, next(row for row in rows if row[1] == "fee/2026-03"), strict=True))

    assert ("20000.00", "7000.00", "3000.00", "13000.00") == (
        march["fee"], march["deductions"], march["disputed"], march["pay"],
    )  # fmt: skip


def test_a_page_as_of_before_anything_happened_has_nothing_to_say(whole: Loaded):
    made = assess(contract_of(whole), whole.events, as_of=date(2026, 1, 5), world=whole.world)

    assert "No charges." in page([(contract_of(whole), whole.events, made, ())], lang="en")


# proof


@pytest.fixture(scope="module")
def s12(root: Path) -> Loaded:
    [one], problems = load([root / "examples" / "s12" / "s12.toml"])
    assert not problems
    return one


def judged(one: Loaded, path: Path, assume: dict[str, Any], change: Any = None) -> Proof | list[str]:
    """What `check` says of a statement whose files were changed: the proof, or the codes of the problems."""
    given = Given(as_of=date(2026, 12, 31), assume=assume, languages=("en",))
    pdf = statement_paper(contract_of(one), one.events, one.world, given)
    files = attached(pdf)
    if change is not None:
        change(files)
    path.write_bytes(attach(pdf, files))
    try:
        return check(path)
    except InputError as error:
        return [problem.code for problem in error.problems]


def test_a_statement_under_the_other_reading_proves_itself(s12: Loaded, tmp_path: Path):
    proof = judged(s12, tmp_path / "s.pdf", {"rules.late-annex.charge": "once"})

    assert isinstance(proof, Proof)
    assert proof.holds


def test_a_reading_that_nobody_can_read_is_a_problem(s12: Loaded, tmp_path: Path):
    def change(files: dict[str, bytes]) -> None:
        files["statement.json"] = files["statement.json"].replace(b'"once"', b'"once upon a time"')

    assert ["TERMS-CHARGE-01"] == judged(s12, tmp_path / "s.pdf", {"rules.late-annex.charge": "once"}, change)


def test_a_world_whose_rates_are_no_numbers_is_a_problem(whole: Loaded, tmp_path: Path):
    def change(files: dict[str, bytes]) -> None:
        files["world.json"] = files["world.json"].replace(b'"3.00%"', b'"dear"')

    assert ["PROOF-FILE-03"] == judged(whole, tmp_path / "s.pdf", {}, change)


def test_a_paper_that_carries_nothing_is_no_statement(paper: bytes, tmp_path: Path):
    path = tmp_path / "s.pdf"
    path.write_bytes(paper)
    with pytest.raises(InputError) as caught:
        check(path)

    assert ["PROOF-FILE-02"] == [problem.code for problem in caught.value.problems]
