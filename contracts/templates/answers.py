"""Answers to a template's questions: checked all at once, put into the terms, and located where they are wrong."""

import re
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, NamedTuple

import msgspec

from contracts import phrases
from contracts.templates import Question, Template, tags
from contracts.templates.printing import BLANK, Numbers
from core.problems import Problem, nearest

__all__ = ["PARTY", "Given", "answered", "blanked", "filled", "is_credit_code", "located"]

PARTY = ("name", "ours", "size", "credit_code", "legal_representative", "address", "email", "phone")
"""What may be said of a party; only its name must be."""

_PLACE = re.compile(r"\{((?:clause:)?[a-z][a-z0-9_.-]*)\}")
_STRING = re.compile(r'"((?:[^"\\]|\\.)*)"')
_CREDIT_WEIGHTS = (1, 3, 9, 27, 19, 26, 16, 17, 20, 29, 25, 13, 8, 24, 10, 30, 28)
_CREDIT_CODE = "0123456789ABCDEFGHJKLMNPQRTUWXY"

_PHRASES = {
    "money": ("money", '"1200000.00 CNY"'),
    "period": ("period", '"30 days"'),
    "percent": ("rate", '"0.5%"'),
    "share": ("number", '"1/2"'),
}

# An open amount or day must hold its place so that the terms can be read and printed; what it prints is then blanked,
# and the terms are thrown away. No contract has such an amount or such a year.
_STAND_INS: dict[str, Any] = {"money": "777777777777.77 CNY", "date": date(2177, 7, 7)}
_STANDING = {
    "en": (
        r"CNY 777,777,777,777\.77",
        r"\d{1,2} [A-Z][a-z]+ 217\d",
        r"Renminbi seven hundred and seventy-seven billion[a-z -]* 77/100",
    ),
    "zh": (r"CNY 777,777,777,777\.77", r"217\d年\d{1,2}月\d{1,2}日", r"人民[币幣]柒仟柒佰柒拾柒[亿億][^）]*柒角柒分"),
}


class Given(NamedTuple):
    """Each place in the terms with its value, None where nothing is said; `open` are questions not answered."""

    places: dict[str, Any]
    open: tuple[Problem, ...]
    problems: tuple[Problem, ...]


def answered(template: Template, answers: Mapping[str, Any], blanks: bool = False) -> Given:
    """All answers, checked; `client.name` as a key says the same as a table `client`."""
    answers = _nested(answers)
    places: dict[str, Any] = {}
    opened: list[Problem] = []
    problems: list[Problem] = []
    known = [question.id for question in template.questions]
    for key in answers:
        if key not in known:
            problems.append(_unasked(f"answers.{key}", key, known))
    for question in template.questions:
        where = f"answers.{question.id}"
        value = answers.get(question.id, question.default)
        missing = Problem("DRAFT-ANSWER-01", where, {"asks": tags(question.words)})
        if value is None and not question.optional and not blanks:
            problems.append(missing)
        elif question.kind == "party":
            places |= _party(question, value, where, blanks, problems)
        elif value is not None:
            places[question.id] = _value(question, value, where, problems)
        else:
            places[question.id] = BLANK if question.kind == "text" else None
            if not question.optional and question.kind != "text":
                opened.append(Problem("DRAFT-OPEN-01", where, {"asks": tags(question.words)}))
                places[question.id] = _STAND_INS.get(question.kind)
    return Given(places, tuple(opened), tuple(problems))


def blanked(text: str, lang: str) -> str:
    """The printed text with blanks where answers are open."""
    for pattern in _STANDING["en" if lang == "en" else "zh"]:
        text = re.sub(pattern, BLANK, text)
    return text


def _nested(answers: Mapping[str, Any]) -> dict[str, Any]:
    tables: dict[str, Any] = {
        key: dict(value) if isinstance(value, Mapping) else value for key, value in answers.items()
    }
    for key, value in answers.items():
        name, dot, part = key.partition(".")
        if dot and isinstance(tables.setdefault(name, {}), dict):
            tables[name][part] = {"true": True, "false": False}.get(value, value) if part == "ours" else value
            del tables[key]
    return tables


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
            problems.append(_unasked(f"{where}.{part}", part, PARTY))
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


def _unasked(where: str, answer: str, known: Sequence[str]) -> Problem:
    """An answer that no question asks for: the nearest that one does, else all."""
    close = nearest(answer, known)
    if close:
        return Problem("DRAFT-ANSWER-03", where, {"answer": answer, "nearest": close})
    return Problem("DRAFT-ANSWER-06", where, {"answer": answer, "known": list(known)})


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


def filled(template: Template, given: Mapping[str, Any], numbers: Numbers) -> tuple[str, dict[int, tuple[str, ...]]]:
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


def located(problem: Problem, answers_by_line: Mapping[int, tuple[str, ...]]) -> Problem:
    """A problem of the terms, located at the answer that brought it."""
    places = answers_by_line.get(problem.line or 0, ())
    if not places:
        return problem
    return msgspec.structs.replace(
        problem, where=", ".join(f"answers.{place}" for place in places), line=None, file=None
    )
