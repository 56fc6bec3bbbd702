"""Whatever a file, a phrase, a sheet or an event says: located problems or a contract, never a traceback."""

import os
import random
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from contracts import phrases
from contracts.folder import world_for
from contracts.reader import read_contract, read_text
from contracts.sheets import HEADERS, read_sheet
from core.assessment import assess
from core.events import KINDS, Event
from core.problems import Problem
from core.terms import Contract
from locales import LANGUAGES, say
from plugins.cases import _written

EXAMPLES = Path(__file__).parents[2] / "examples"
TEXTS = {path: path.read_text("utf-8") for path in sorted(EXAMPLES.glob("*/*.toml"))}
SHEETS = {path: path.read_bytes() for path in sorted(EXAMPLES.glob("*/*.csv"))}
WORDS = sorted({word for text in TEXTS.values() for word in text.split()})
LONG = settings(max_examples=5_000) if os.environ.get("SPONDEO_PROVE") else settings(max_examples=40)
ODD = "\0\x07\u200b\u202e\ufeff￥，。「」年月日%＄'\"[]{}=#\\\n\t é𠀀\U0001f600"

seeds = st.integers(0, 2**48)
Chance = random.Random


@LONG
@given(st.text(max_size=400))
def test_any_text_is_read_or_refused(text: str):
    told(read_text(text, "any.toml"))
    told(read_text(text, "any.json", syntax="json"))


@LONG
@given(st.binary(max_size=400), st.sampled_from(["a.toml", "a.json"]))
def test_any_bytes_are_read_or_refused(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str):
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)

    told(read_contract(path))


@LONG
@given(seeds)
def test_an_example_with_slips_is_refused_or_assessed(seed: int):
    chance = Chance(seed)
    path = chance.choice([*TEXTS])

    assessed(told(read_text(slipped(chance, TEXTS[path]), path.name)), seed)


@LONG
@given(seeds)
def test_tables_of_anything_are_refused_or_assessed(seed: int):
    """A small contract, and fields of its terms with values of whatever type."""
    chance = Chance(seed)
    table = {**SMALL, **{field: anything(chance, 3) for field in chance.sample(FIELDS, chance.randint(1, 3))}}
    text = "".join(f"{_written(key)} = {_written(value)}\n" for key, value in table.items())

    assessed(told(read_text(text, "tables.toml")), seed)


@LONG
@given(seeds)
def test_any_events_of_an_example_are_refused_or_assessed(seed: int):
    chance = Chance(seed)
    path = chance.choice([*TEXTS])
    known = [line.split("=")[1].strip().strip('"') for line in TEXTS[path].splitlines() if line.startswith("id ")]
    events = "\n".join(f"[[events]]\n{event(chance, known)}" for _ in range(chance.randint(1, 8)))

    assessed(told(read_text(f"{TEXTS[path]}\n{events}", path.name)), seed)


@LONG
@given(st.sampled_from([row for row in phrases.ROWS if row.kind != "charge tail"]), seeds)
def test_a_phrase_with_slips_reads_as_itself_or_is_answered(row: phrases.Row, seed: int):
    kind = {"bare charge": "band", "lose when": "lose"}.get(row.kind, row.kind)
    text = slipped(Chance(seed), row.example, most=3)
    value = phrases.parse(kind, text)

    if isinstance(value, Problem):
        meant = value.args.get("nearest")
        assert all(say(value, lang) for lang in LANGUAGES)
        assert not meant or not isinstance(phrases.parse(kind, str(meant)), Problem), f"{text!r} suggests {meant!r}"
    else:
        shown = phrases.show(value, kind)
        assert shown is None or value == phrases.parse(kind, shown), f"{text!r} prints as {shown!r}"


@LONG
@given(seeds)
def test_a_sheet_with_slips_is_read_or_refused(tmp_path_factory: pytest.TempPathFactory, seed: int):
    chance = Chance(seed)
    sheet = chance.choice([*SHEETS])
    contract = next(iter(sheet.parent.glob(f"{sheet.parent.name}.toml")))
    folder = tmp_path_factory.getbasetemp()
    (folder / "k.toml").write_bytes(contract.read_bytes())
    text = slipped(
        chance, SHEETS[sheet].decode("utf-8-sig"), words=[*HEADERS, *KINDS, "2026-02-30", "1e9", "1/3", "甲方"]
    )
    (folder / "k-events.csv").write_bytes(text.encode(chance.choice(["utf-8", "gb18030", "utf-16"]), "replace"))

    assessed(told(read_contract(folder / "k.toml")), seed)


@LONG
@given(st.binary(max_size=300), st.sampled_from(["a.csv", "a.xlsx"]))
def test_any_bytes_are_a_sheet_or_none(tmp_path_factory: pytest.TempPathFactory, data: bytes, name: str):
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(data)

    for problem in read_sheet(path).problems:
        assert say(problem, "en")


def told(
    result: tuple[Contract | None, tuple[Event, ...], tuple[Problem, ...]],
) -> tuple[Contract | None, tuple[Event, ...]]:
    """What was read; each problem has words in each language, and nothing is both sound and wrong."""
    contract, events, problems = result
    assert (contract is None) == bool(problems)
    for problem in problems:
        for lang in LANGUAGES:
            assert say(problem, lang)
    return contract, events


def assessed(read: tuple[Contract | None, tuple[Event, ...]], seed: int) -> None:
    """A contract that could be read can be assessed on any day: figures or questions."""
    contract, events = read
    if contract is None:
        return
    world, problems = world_for(contract)
    if problems:
        return
    answer = assess(contract, events, as_of=date.fromordinal(Chance(seed).randint(739_500, 740_600)), world=world)
    for problem in answer.problems:
        assert say(problem, "en")


def slipped(chance: random.Random, text: str, most: int = 4, words: list[str] | None = None) -> str:
    """The text with a few slips: something left out, doubled, exchanged, turned round, or a character too many."""
    for _ in range(chance.randint(1, most)):
        at = chance.randint(0, max(0, len(text) - 1))
        end = min(len(text), at + chance.randint(1, 12))
        kind = chance.randint(0, 5)
        if kind == 0:
            text = text[:at] + text[end:]
        elif kind == 1:
            text = text[:at] + text[at:end] * 2 + text[end:]
        elif kind == 2:
            text = text[:at] + chance.choice(ODD) + text[at:]
        elif kind == 3:
            text = text[:at] + text[at:end][::-1] + text[end:]
        elif kind == 4:
            lines = text.split("\n")
            lines.insert(chance.randrange(len(lines)), chance.choice(lines))
            text = "\n".join(lines)
        else:
            pieces = text.split(" ")
            pieces[chance.randrange(len(pieces))] = chance.choice(words or WORDS)
            text = " ".join(pieces)
    return text


SMALL: dict[str, Any] = {
    "spondeo": 1,
    "number": "F",
    "total": "1000.00 CNY",
    "signed": date(2026, 1, 5),
    "counting": {"preset": "plain-24x7@1", "zone": "UTC"},
    "parties": {"provider": {"label": "A", "name": "A"}, "client": {"label": "B", "name": "B"}},
    "annexes": [{"id": "A1", "owed_by": "provider", "due": date(2026, 2, 1)}],
}
FIELDS = sorted(set(Contract.__struct_fields__) - {"parties"})
INNER = [
    "id",
    "owed_by",
    "owed_to",
    "due",
    "when",
    "charge",
    "amount",
    "to",
    "covers",
    "every",
    "kind",
    "clause",
    "limits",
    "of",
    "per",
    "at",
    "what",
]
VALUES = ["A1", "provider", "client", "", "0", "-1", "100%", "0.5% of total per started day", "any annex is late", "30 days after signed", "total",
          "calendar month", "1.00 CNY", "1.00 XXX", "the loss proven", "9" * 30, "1/0", "above 5", "2026-13-01", "甲方", "\u202e"]  # fmt: skip


def anything(chance: random.Random, depth: int) -> Any:
    """A value of any type that a file may hold, tables with the names of fields."""
    kind = chance.randint(0, 8 if depth else 5)
    if kind == 0:
        return chance.choice([0, 1, -1, 7, 2**63, 10**30])
    if kind == 1:
        return chance.choice([True, False])
    if kind == 2:
        return date.fromordinal(chance.choice([1, 600_000, 739_600, 739_700, 3_652_059]))
    if kind in (3, 4, 5):
        return chance.choice(VALUES)
    if kind == 6:
        return [anything(chance, depth - 1) for _ in range(chance.randint(0, 3))]
    return {chance.choice(INNER): anything(chance, depth - 1) for _ in range(chance.randint(0, 5))}


def event(chance: random.Random, known: list[str]) -> str:
    """An event of some kind about something, its fields mostly of the right type."""
    day = date.fromordinal(chance.randint(739_550, 740_300))
    later = date.fromordinal(day.toordinal() + chance.randint(-2, 60))
    fields: dict[str, Any] = {"what": chance.choice([*KINDS, *WORDS[:3]])}
    spans = chance.random() < 0.3
    fields |= {"from": day, "to": later} if spans else {"at": day}
    said: dict[str, Any] = {
        "of": chance.choice([*known, "late-annex:A1", "E1", "nobody"]),
        "by": chance.choice(["provider", "client", "lab", "甲方"]),
        "about": chance.choice(["C-1", "2026-02", *known[:3]]),
        "amount": chance.choice(["1.00 CNY", "100000000.00 CNY", "0.00 CNY", "5.00 GBP", "12.345 CNY"]),
        "value": chance.choice(["95", "45 of 48", "0 of 0", "-3", "100%", "A", "agrees"]),
        "until": later,
        "recorded": later,
        "fault": chance.choice(["intent", "gross", "none"]),
        "corrects": chance.choice(["E1", "E2"]),
        "head": chance.choice(["loss", "delay"]),
        "cause": "fire",
    }
    for name in chance.sample([*said], chance.randint(0, 5)):
        fields[name] = said[name]
    return "\n".join(f"{name} = {_written(value)}" for name, value in fields.items())
