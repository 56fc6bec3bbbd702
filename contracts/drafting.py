"""Drafts a contract from a template and answers: the terms, the clause texts that print them, and the paper."""

import re
from collections.abc import Iterable, Mapping
from datetime import date, datetime
from typing import Any

import msgspec

from contracts import phrases
from contracts.papers.contract import Sheet, contract_paper
from contracts.papers.document import Document, Words
from contracts.templates import LANGUAGES, Question, Section, Template, keys, load, tags
from contracts.templates.conformance import check
from contracts.templates.examples import worked
from contracts.templates.printing import BLANK, Numbers, fill, in_hant, item_number
from core.problems import InputError, Problem, nearest
from core.terms import Clause, Contract

__all__ = ["check_template", "clauses", "document", "draft", "load_template", "read_answers", "templates"]

PARTY = ("name", "ours", "size", "credit_code", "legal_representative", "address", "email", "phone")

_PLACE = re.compile(r"\{((?:clause:)?[a-z][a-z0-9_.-]*)\}")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"


def templates() -> list[Template]:
    """The templates that ship and can be read, by key; `check_template` says what is wrong with the others."""
    loaded = (load(key)[0] for key in keys())
    return [template for template in loaded if template is not None]


def load_template(key: str) -> Template:
    """The template of that key, or of that folder; InputError says what is wrong with it."""
    template, problems = load(key)
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
    contract, _, problems = draft(template, template.example, LANGUAGES)
    return problems if contract is None else check(template, contract)


def read_answers(text: str, file: str = "") -> tuple[dict[str, Any], tuple[Problem, ...]]:
    """Answers from TOML."""
    import tomllib

    try:
        return tomllib.loads(text), ()
    except tomllib.TOMLDecodeError as error:
        return {}, (Problem("DRAFT-FILE-01", file=file or None, args={"why": str(error)}),)


def draft(
    template: Template, answers: Mapping[str, Any], languages: Iterable[str], *, blanks: bool = False,
) -> tuple[Contract | None, Document | None, tuple[Problem, ...]]:  # fmt: skip
    """The contract and its paper; with problems, neither. `blanks` leaves open, and visible, what is not answered."""
    languages = tuple(languages)
    given, problems = _answered(template, answers, blanks)
    if problems:
        return None, None, tuple(problems)
    from contracts.reader import read_text

    chosen = _chosen(template, {key: str(value) for key, value in given.items() if isinstance(value, str)})
    text, answers_by_line = _filled(template, given, numbers_of(template, chosen))
    contract, _, found = read_text(text, "terms.toml")
    if contract is None or found:
        return None, None, tuple(_located(problem, answers_by_line) for problem in found)
    kept = ("zh-Hans", "zh-Hant", "en") if "zh-Hant" in languages else LANGUAGES
    contract = msgspec.structs.replace(contract, clauses=_clauses(contract, template, chosen, kept))
    return contract, document(contract, template, languages), ()


def document(contract: Contract, template: Template, languages: Iterable[str]) -> Document:
    """The paper of a contract from its terms as they now are: an amended contract prints itself anew."""
    languages = tuple(languages)
    chosen = _chosen(template, {}, present={clause.id for clause in contract.clauses if _is_from(clause, template)})
    parts = _clauses(contract, template, chosen, languages)
    return contract_paper(contract, parts, _sheets(contract, template, chosen, languages), languages)


def clauses(contract: Contract, template: Template, languages: Iterable[str]) -> tuple[Clause, ...]:
    """The clauses of a contract printed from its terms, in the languages asked for."""
    languages = tuple(languages)
    chosen = _chosen(template, {}, present={clause.id for clause in contract.clauses if _is_from(clause, template)})
    return _clauses(contract, template, chosen, languages)


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


def _clauses(
    contract: Contract, template: Template, chosen: frozenset[str], languages: Iterable[str]
) -> tuple[Clause, ...]:
    """One clause per section, its words in each language."""
    numbers = numbers_of(template, chosen)
    sheets = _sheet_ids(template)
    by_language = {lang: _words(contract, template, lang, numbers) for lang in languages}
    return tuple(
        Clause(
            id=section.id, number=numbers.get(section.id, ""), level=section.level, conspicuous=section.conspicuous,
            words={lang: words[section.id] for lang, words in by_language.items()},
            from_=f"{template.name}:{section.id}",
        )
        for section in template.texts["zh-Hans"]
        if section.id in chosen and section.id not in sheets
    )  # fmt: skip


def _words(contract: Contract, template: Template, lang: str, numbers: Numbers) -> dict[str, str]:
    """The printed text of each section that is no sheet."""
    sheets = _sheet_ids(template)
    source = template.texts["en" if lang == "en" else "zh-Hans"]
    absent = set(template.alternatives) - set(numbers)
    return {s.id: _section(s, contract, template, lang, numbers) for s in source if s.id not in sheets | absent}


def _section(section: Section, contract: Contract, template: Template, lang: str, numbers: Numbers) -> str:
    lines, item = [section.title] if section.title else [], 0
    for line in section.lines:
        filled = fill(line, contract, template, lang, numbers, worked)
        if filled is None:
            continue
        if filled.startswith("- "):
            item += 1
            filled = f"{item_number(item, lang)} {filled[2:]}" if lang == "en" else item_number(item, lang) + filled[2:]
        else:
            item = 0
        lines.append(filled)
    text = "\n".join(lines)
    return in_hant(text, _names(contract)) if lang == "zh-Hant" else text


def _names(contract: Contract) -> tuple[str, ...]:
    """Registered names and addresses: they are written as registered, in every script."""
    texts = [text for party in contract.parties.values() for text in (party.name, party.address)]
    texts += [third.name for third in contract.third_parties.values()]
    return tuple({word for text in texts for word in text.values() if not word.isascii()})


def _sheet_ids(template: Template) -> frozenset[str]:
    """The sections that print once for each annex: a sheet's heading and the rows below it."""
    found, inside = set(), False
    for section in template.texts["zh-Hans"]:
        inside = section.sheet if section.level == 1 else inside
        if inside:
            found.add(section.id)
    return frozenset(found)


def _sheets(
    contract: Contract, template: Template, chosen: frozenset[str], languages: tuple[str, ...]
) -> tuple[Sheet, ...]:
    """One sheet for each annex; a row that has nothing to say in a language is left out in all."""
    numbers = numbers_of(template, chosen)
    sheets = []
    for annex in contract.annexes:
        printed = {lang: _sheet_words(contract, template, annex.id, lang, numbers) for lang in languages}
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


def _sheet_words(contract: Contract, template: Template, key: str, lang: str, numbers: Numbers) -> list[str | None]:
    """The heading of an annex's sheet and its rows."""
    ids = _sheet_ids(template)
    lines = []
    for section in template.texts["en" if lang == "en" else "zh-Hans"]:
        if section.id in ids:
            for line in (section.title, *section.lines):
                if line:
                    own = line.replace("{annex.", "{" + f"annexes.{key}.")
                    filled = fill(own, contract, template, lang, numbers, worked)
                    lines.append(in_hant(filled, _names(contract)) if filled and lang == "zh-Hant" else filled)
    return lines


def _answered(template: Template, answers: Mapping[str, Any], blanks: bool) -> tuple[dict[str, Any], list[Problem]]:
    """Each place in the terms with its TOML value; an open place has None, a visible blank for words."""
    given: dict[str, Any] = {}
    problems: list[Problem] = []
    known = {question.id for question in template.questions}
    for key in answers:
        if key not in known:
            problems.append(
                Problem("DRAFT-ANSWER-03", f"answers.{key}", {"answer": key, "nearest": nearest(key, known)})
            )
    for question in template.questions:
        where = f"answers.{question.id}"
        value = answers.get(question.id, question.default)
        if value is None and not question.optional and not blanks:
            problems.append(Problem("DRAFT-ANSWER-01", where, {"asks": tags(question.words)}))
        elif question.kind == "party":
            given |= _party(question, value, where, blanks, problems)
        elif value is None:
            given[question.id] = BLANK if question.kind == "text" else None
        else:
            given[question.id] = _value(question, value, where, problems)
    return given, problems


def _party(question: Question, value: Any, where: str, blanks: bool, problems: list[Problem]) -> dict[str, Any]:
    """The particulars of a party, each a place of its own: `provider.name`."""
    given: dict[str, Any] = dict.fromkeys((f"{question.id}.{part}" for part in PARTY), None)
    if value is None:
        return given | {f"{question.id}.name": {"zh": BLANK, "en": BLANK}}
    if not isinstance(value, Mapping):
        args = {"got": str(value), "example": '{ name = { zh = "…", en = "…" } }'}
        problems.append(Problem("DRAFT-ANSWER-02", where, args))
        return given
    for part, words in value.items():
        if part not in PARTY:
            problems.append(
                Problem("DRAFT-ANSWER-03", f"{where}.{part}", {"answer": part, "nearest": nearest(part, PARTY)})
            )
        elif part == "credit_code" and not is_credit_code(str(words)):
            problems.append(Problem("DRAFT-ANSWER-05", f"{where}.{part}", {"code": str(words)}))
        else:
            given[f"{question.id}.{part}"] = words
    if not given[f"{question.id}.name"]:
        if blanks:
            given[f"{question.id}.name"] = {"zh": BLANK, "en": BLANK}
        else:
            problems.append(Problem("DRAFT-ANSWER-01", f"{where}.name", {"asks": tags(question.words)}))
    return given


def is_credit_code(code: str) -> bool:
    """Whether the check digit of a unified social credit code is right (GB 32100-2015)."""
    if len(code) != 18 or any(char not in _CREDIT_CODE for char in code):
        return False
    total = sum(_CREDIT_CODE.index(char) * weight for char, weight in zip(code, _CREDIT_WEIGHTS, strict=False))
    return _CREDIT_CODE[(31 - total % 31) % 31] == code[-1]


def _value(question: Question, value: Any, where: str, problems: list[Problem]) -> Any:
    """The answer, checked by its kind; what it means in its place is for the reader of terms to say."""
    if question.kind == "choice" and value not in question.choices:
        problems.append(Problem("DRAFT-ANSWER-04", where, {"answer": str(value), "known": list(question.choices)}))
    elif question.kind == "date":
        if isinstance(value, str):
            try:
                return date.fromisoformat(value)
            except ValueError:
                problems.append(Problem("DRAFT-ANSWER-02", where, {"got": value, "example": "2026-01-05"}))
        elif not isinstance(value, date) or isinstance(value, datetime):
            problems.append(Problem("DRAFT-ANSWER-02", where, {"got": str(value), "example": "2026-01-05"}))
    elif question.kind == "languages":
        if not isinstance(value, list) or not all(isinstance(tag, str) for tag in value):
            problems.append(Problem("DRAFT-ANSWER-02", where, {"got": str(value), "example": '["en"]'}))
    elif question.kind in _PHRASES:
        kind, example = _PHRASES[question.kind]
        if not isinstance(value, str) or isinstance(phrases.parse(kind, value), Problem):
            problems.append(Problem("DRAFT-ANSWER-02", where, {"got": str(value), "example": example}))
    elif question.kind == "text" and not isinstance(value, str):
        problems.append(Problem("DRAFT-ANSWER-02", where, {"got": str(value), "example": '"…"'}))
    return value


_PHRASES = {
    "money": ("money", '"1200000.00 CNY"'), "period": ("period", '"30 days"'), "percent": ("rate", '"0.5%"'),
    "share": ("number", '"1/2"'),
}  # fmt: skip


def _filled(template: Template, given: Mapping[str, Any], numbers: Numbers) -> tuple[str, dict[int, tuple[str, ...]]]:
    """The terms with the answers in their places, and which answers stand in each line; open lines are left out."""
    lines: list[str] = []
    by_line: dict[int, tuple[str, ...]] = {}
    for line in template.terms.splitlines():
        places = [place for place in _PLACE.findall(line) if not place.startswith("clause:")]
        if any(place in given and given[place] is None for place in places):
            lines.append("")
            continue
        lines.append(_STRING.sub(lambda found: _string(found[1], given, numbers), line))
        if places:
            by_line[len(lines)] = tuple(places)
    return "\n".join(lines) + "\n", by_line


def _string(text: str, given: Mapping[str, Any], numbers: Numbers) -> str:
    """A TOML string with its places filled: a place that is the whole string becomes the value itself."""
    whole = _PLACE.fullmatch(text)
    if whole and not whole[1].startswith("clause:"):
        return _toml(given[whole[1]]) if whole[1] in given else f'"{text}"'
    return '"' + _PLACE.sub(lambda found: _inline(found, given, numbers), text) + '"'


def _inline(found: re.Match[str], given: Mapping[str, Any], numbers: Numbers) -> str:
    if found[1].startswith("clause:"):
        return numbers.get(found[1].removeprefix("clause:"), found[0])
    return _toml(str(given[found[1]]))[1:-1] if found[1] in given else found[0]


def _toml(value: Any) -> str:
    if isinstance(value, Mapping):
        return "{ " + ", ".join(f"{_toml(str(key))} = {_toml(inner)}" for key, inner in value.items()) + " }"
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(_toml(item) for item in value) + "]"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, (date, int)):
        return str(value)
    # A TOML basic string escapes as JSON does, but for DEL.
    return msgspec.json.encode(str(value)).decode().replace("\x7f", "\\u007f")


def _located(problem: Problem, answers_by_line: Mapping[int, tuple[str, ...]]) -> Problem:
    """A problem of the terms, located at the answer that brought it."""
    places = answers_by_line.get(problem.line or 0, ())
    if not places:
        return problem
    return msgspec.structs.replace(
        problem, where=", ".join(f"answers.{place}" for place in places), line=None, file=None
    )
