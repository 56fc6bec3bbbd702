"""Drafts a contract from a template and answers: the terms, the clause texts that print them, and the paper."""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, NamedTuple

import msgspec

from contracts.papers.contract import Sheet, contract_paper
from contracts.papers.document import Document, Words
from contracts.review import priced
from contracts.templates import LANGUAGES, Section, Template, keys, load
from contracts.templates.answers import answered, blanked, filled, located
from contracts.templates.conformance import check
from contracts.templates.examples import worked
from contracts.templates.printing import Numbers, UnprintableError, fill, in_hant, item_number
from core.problems import InputError, Problem
from core.terms import Clause, Contract

__all__ = [
    "changed_words",
    "check_template",
    "clauses",
    "document",
    "draft",
    "load_template",
    "read_answers",
    "reprinted",
    "templates",
]


class Press(NamedTuple):
    """What prints one contract's texts; with `open_answers`, values that only hold a place come out blank."""

    contract: Contract
    template: Template
    numbers: Numbers
    open_answers: bool = False

    def line(self, line: str, lang: str) -> str | None:
        """One line in a language; None where it has nothing to say."""
        said = fill(line, self.contract, self.template, lang, self.numbers, None if self.open_answers else worked)
        if said is None:
            return None
        said = blanked(said, lang) if self.open_answers else said
        return in_hant(said, _names(self.contract)) if lang == "zh-Hant" else said

    def section(self, section: Section, lang: str) -> str:
        """A clause: its title, its paragraphs, and its items numbered."""
        lines, item = [self.line(section.title, lang) or ""] if section.title else [], 0
        for line in section.lines:
            said = self.line(line, lang)
            if said is None:
                continue
            if said.startswith("- "):
                item += 1
                said = item_number(item, lang) + (" " if lang == "en" else "") + said[2:]
            else:
                item = 0
            lines.append(said)
        return "\n".join(lines)

    def sheet(self, annex: str, lang: str) -> list[str | None]:
        """The heading of an annex's sheet and its rows; `annex` in its paths is this one."""
        ids = _sheet_ids(self.template)
        lines = [
            line
            for section in self.template.texts[_source(lang)]
            if section.id in ids
            for line in (section.title, *section.lines)
            if line
        ]
        return [self.line(line.replace("{annex.", "{" + f"annexes.{annex}."), lang) for line in lines]


def _names(contract: Contract) -> tuple[str, ...]:
    """Registered names and addresses: they are written as registered, in every script."""
    texts = [text for party in contract.parties.values() for text in (party.name, party.address)]
    texts += [third.name for third in contract.third_parties.values()]
    return tuple({word for text in texts for word in text.values() if not word.isascii()})


def templates() -> list[Template]:
    """The templates that ship and can be read, by key; `check_template` says what is wrong with the others."""
    loaded = (load(key)[0] for key in keys())
    return [template for template in loaded if template is not None]


def load_template(key: str, others: Iterable[str] = ()) -> Template:
    """The template of that key, or of that folder; InputError says what is wrong with it, and names `others` (keys that
    plugins bring) beside those that ship.
    """
    template, problems = load(key, others)
    if template is None or problems:
        raise InputError(problems)
    return template


def check_template(template: Template | str) -> tuple[Problem, ...]:
    """Everything by which the faces of a template do not agree; see `contracts/templates/README.md`."""
    if isinstance(template, str):
        loaded, problems = load(template)
        if loaded is None or problems:
            return problems
        template = loaded
    given = answered(template, template.example)
    if given.problems:
        return given.problems
    contract, chosen, problems = _terms(template, given.places)
    return problems if contract is None or problems else check(template, contract, numbers_of(template, chosen))


def read_answers(text: str, file: str = "") -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Answers from TOML."""
    import tomllib

    try:
        return tomllib.loads(text), ()
    except tomllib.TOMLDecodeError as error:
        return {}, (Problem("DRAFT-FILE-01", file=file or None, args={"why": str(error)}),)


def draft(
    template: Template,
    answers: Mapping[str, Any],
    languages: Iterable[str],
    *,
    blanks: bool = False,
) -> tuple[Contract | None, Document | None, tuple[Problem, ...]]:
    """The contract and its paper; with problems, neither. What the review finds wrong with the price (instalments that
    do not make the total) comes beside them, for the drafter to read.

    `blanks` leaves open, and visible, what is not answered. Where an amount or a date is open there is a paper to fill
    in by hand but no contract; the problems then say what is still to be answered.
    """
    languages = tuple(languages)
    given = answered(template, answers, blanks)
    if given.problems:
        return None, None, given.problems
    contract, chosen, problems = _terms(template, given.places)
    if contract is None:
        return None, None, problems
    kept = ("zh-Hans", "zh-Hant", "en") if "zh-Hant" in languages else LANGUAGES
    try:
        if given.open:
            return None, _paper(contract, template, chosen, languages, open_answers=True), given.open
        contract = msgspec.structs.replace(
            contract, clauses=_clauses(Press(contract, template, numbers_of(template, chosen)), chosen, kept)
        )
        return contract, document(contract, template, languages), priced(contract)
    except UnprintableError as error:
        return None, None, (Problem("TEMPLATE-PATH-01", args={"path": str(error.args[0]), "why": template.name}),)


def _terms(
    template: Template, places: Mapping[str, Any]
) -> tuple[Contract | None, frozenset[str], tuple[Problem, ...]]:
    """The contract by the answers, still without its printed clauses, and which clauses stand in it."""
    from contracts.reader import read_text

    chosen = _chosen(template, {key: value for key, value in places.items() if isinstance(value, str)})
    text, answers_by_line = filled(template, places, numbers_of(template, chosen))
    contract, _, found = read_text(text, "terms.toml")
    problems = tuple(located(problem, answers_by_line) for problem in found)
    return (None if problems else contract), chosen, problems


def document(contract: Contract, template: Template, languages: Iterable[str]) -> Document:
    """The paper of a contract from its terms as they now are: an amended contract prints itself anew."""
    chosen = _chosen(template, {}, present={clause.id for clause in contract.clauses if _is_from(clause, template)})
    return _paper(contract, template, chosen, tuple(languages))


def _paper(
    contract: Contract,
    template: Template,
    chosen: frozenset[str],
    languages: tuple[str, ...],
    *,
    open_answers: bool = False,
) -> Document:
    press = Press(contract, template, numbers_of(template, chosen), open_answers)
    return contract_paper(contract, _clauses(press, chosen, languages), _sheets(press, languages), languages)


def clauses(contract: Contract, template: Template, languages: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses of a contract printed from its terms, in the languages asked for."""
    chosen = _chosen(template, {}, present={clause.id for clause in contract.clauses if _is_from(clause, template)})
    return _clauses(Press(contract, template, numbers_of(template, chosen)), chosen, languages)


def numbers_of(template: Template, chosen: frozenset[str]) -> Numbers:
    """17 for an article, 17.1 for a clause below it, nothing for recitals; by the order of the texts."""
    from contracts.papers.numerals import decimal

    numbers: dict[str, str] = {}
    article = below = 0
    for section in template.texts["zh-Hans"]:
        if section.id not in chosen or not section.numbered or section.sheet:
            continue
        if section.level == 1:
            article, below = article + 1, 0
            numbers[section.id] = decimal((article,))
        elif not section.id.startswith("sheet-"):
            below += 1
            numbers[section.id] = decimal((article, below))
    return numbers


def _is_from(clause: Clause, template: Template) -> bool:
    return (clause.from_ or "").split("@")[0] == template.key


def _chosen(template: Template, answers: Mapping[str, str], present: Iterable[str] = ()) -> frozenset[str]:
    """The clauses that stand: by the answers, or by those that a drafted contract has."""
    given = {q.id: str(answers.get(q.id, q.default)) for q in template.questions if q.choices}
    here = set(present)
    dropped = {
        key for key, alternative in template.alternatives.items()
        if (key not in here if here else given.get(alternative.question) != alternative.answer)
    }  # fmt: skip
    return frozenset(section.id for section in template.texts["zh-Hans"]) - dropped


def _clauses(press: Press, chosen: frozenset[str], languages: Iterable[str]) -> tuple[Clause, ...]:
    """One clause per section, its words in each language."""
    template = press.template
    by_id = {lang: {section.id: section for section in template.texts[_source(lang)]} for lang in languages}
    return tuple(
        Clause(
            id=section.id,
            number=press.numbers.get(section.id, ""),
            level=section.level,
            conspicuous=section.conspicuous,
            words={lang: press.section(sections[section.id], lang) for lang, sections in by_id.items()},
            from_=f"{template.name}:{section.id}",
        )
        for section in template.texts["zh-Hans"]
        if section.id in chosen and section.id not in _sheet_ids(template)
    )


def _source(lang: str) -> str:
    """The language in which a template is written for a paper in `lang`."""
    return "en" if lang == "en" else "zh-Hans"


def _sheet_ids(template: Template) -> frozenset[str]:
    """The sections that print once for each annex: a sheet's heading and the rows below it."""
    found, inside = set(), False
    for section in template.texts["zh-Hans"]:
        inside = section.sheet if section.level == 1 else inside
        if inside:
            found.add(section.id)
    return frozenset(found)


def _sheets(press: Press, languages: tuple[str, ...]) -> tuple[Sheet, ...]:
    """One sheet for each annex; a row that has nothing to say in a language is left out in all."""
    sheets = []
    for annex in press.contract.annexes:
        printed = {lang: press.sheet(annex.id, lang) for lang in languages}
        title: Words = {lang: words[0] or "" for lang, words in printed.items()}
        rows: list[tuple[Words, Words]] = []
        for lines in zip(*(words[1:] for words in printed.values()), strict=True):
            if all(line is not None for line in lines):
                pairs = {lang: _label(line or "") for lang, line in zip(printed, lines, strict=True)}
                label, value = ({lang: pair[part] for lang, pair in pairs.items()} for part in (0, 1))
                rows.append((label, value))
        sheets.append(Sheet(annex.id, title, tuple(rows)))
    return tuple(sheets)


def _label(line: str) -> tuple[str, str]:
    label, mark, value = line.partition("：" if "：" in line else ": ")
    return (label, value) if mark else ("", line)


Find = Callable[[str], Template]
"""Gives the template of a key, ours or a sector's."""


def reprinted(contract: Contract, find: Find, languages: Iterable[str]) -> Document:
    """The paper of a drafted contract from its terms as they now are; InputError where no template printed it."""
    key = _printed_by(contract)
    if key is None:
        raise InputError([Problem("DRAFT-REPRINT-01", contract.number)])
    return document(contract, find(key), languages)


def changed_words(contract: Contract, find: Find) -> tuple[Problem, ...]:
    """Clauses whose words are not what the terms print: a figure was changed in one face only."""
    key = _printed_by(contract)
    if key is None:
        return ()
    languages = tuple(dict.fromkeys(lang for clause in contract.clauses for lang in clause.words))
    printed = {clause.id: clause for clause in clauses(contract, find(key), languages)}
    return tuple(
        Problem("REVIEW-FACE-01", f"clauses.{clause.id}", {"clause": clause.number or clause.id})
        for clause in contract.clauses
        if clause.id in printed and clause.words != printed[clause.id].words
    )


def _printed_by(contract: Contract) -> str | None:
    """The key of the template that printed the clauses."""
    return next((clause.from_.split("@")[0] for clause in contract.clauses if clause.from_), None)
