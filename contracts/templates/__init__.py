"""Templates as values: a folder of data, read into questions, clause texts and terms, and what is wrong with it."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import msgspec

from core.problems import Problem, nearest
from core.terms import Text

__all__ = [
    "FOLDER", "LANGUAGES", "Alternative", "Fixed", "Question", "Section", "Template", "keys", "load",
    "neutral", "sections", "shared", "tags",
]  # fmt: skip

FOLDER = Path(__file__).parent
LANGUAGES = ("zh-Hans", "en")
"""The languages in which a template is written; zh-Hant is converted from zh-Hans when a contract is drafted."""

KINDS = ("text", "money", "date", "period", "percent", "share", "choice", "party", "languages")

_HEADING = re.compile(r"(#{1,2}) \[([a-z][a-z0-9-]*)((?: [-!*])*)\] ?(.*)")


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """What the template asks; a default is a proposal and says whose it is: "S12", "ours", or an article of law."""

    id: str
    kind: str
    words: Text
    default: Any = None
    source: str | None = None
    optional: bool = False
    choices: dict[str, Text] = {}


class Alternative(msgspec.Struct, frozen=True):
    """A clause that stands in the text only with this answer."""

    question: str
    answer: str


class Fixed(msgspec.Struct, frozen=True):
    """A figure of the text that no term carries: a phrase ("15 days", "95%") and whose it is."""

    value: str
    source: str


class Section(msgspec.Struct, frozen=True, kw_only=True):
    """One clause text in one language, unfilled: `lines` are paragraphs, items begin with "- "."""

    id: str
    level: int
    title: str = ""
    lines: tuple[str, ...] = ()
    numbered: bool = True
    conspicuous: bool = False
    sheet: bool = False


class Template(msgspec.Struct, frozen=True, kw_only=True):
    """A template folder as a value; `terms` is a contract file with `{answer}` at value positions."""

    key: str
    version: int
    title: Text
    sector: str | None = None
    questions: tuple[Question, ...] = ()
    alternatives: dict[str, Alternative] = {}
    fixed: dict[str, Fixed] = {}
    defined: dict[str, dict[str, str]] = {}
    terms: str = ""
    texts: dict[str, tuple[Section, ...]] = {}
    example: dict[str, Any] = {}
    path: str = ""

    @property
    def name(self) -> str:
        """The template with its version, as a clause's `from` quotes it."""
        return f"{self.key}@{self.version}"


def keys() -> tuple[str, ...]:
    """The templates that ship, by key."""
    return tuple(sorted(path.parent.name for path in FOLDER.glob("*/template.toml")))


def load(where: str | Path, others: Iterable[str] = ()) -> tuple[Template | None, tuple[Problem, ...]]:
    """The template of a key that ships, or of a folder; None where it cannot be read at all. `others` are keys of
    templates that plugins bring, to be named beside ours where there is no such template.
    """
    folder = Path(where) if isinstance(where, Path) or "/" in where else FOLDER / where
    if not (folder / "template.toml").is_file():
        name, known = str(where), list(dict.fromkeys((*keys(), *others)))
        close = nearest(name, known)
        code, near = ("TEMPLATE-FIND-01", {"nearest": close}) if close else ("TEMPLATE-FIND-02", {})
        return None, (Problem(code, args={"template": name, "known": known, **near}),)
    problems: list[Problem] = []
    main = _toml(folder / "template.toml", problems)
    example = _toml(folder / "example-answers.toml", problems)
    terms = _text(folder / "terms.toml", problems)
    texts = {lang: sections(_text(folder / f"{lang}.md", problems), f"{lang}.md", problems) for lang in LANGUAGES}
    if problems:
        return None, tuple(problems)
    try:
        template = msgspec.convert({**neutral(main), "terms": terms, "example": example, "path": str(folder)}, Template)
    except msgspec.ValidationError as error:
        return None, (Problem("TEMPLATE-FILE-02", file="template.toml", args={"why": str(error)}),)
    return msgspec.structs.replace(template, texts=texts), tuple(_questions(template))


def sections(text: str, file: str, problems: list[Problem]) -> tuple[Section, ...]:
    """Clause texts by `# [id] Title` and `## [id]`; marks: `-` no number, `!` conspicuous, `*` a sheet an annex."""
    found: list[Section] = []
    for number, line in enumerate(text.splitlines(), 1):
        if line.startswith("#"):
            heading = _HEADING.fullmatch(line.rstrip())
            if heading is None:
                problems.append(Problem("TEMPLATE-CLAUSE-02", args={"text": line}, line=number, file=file))
                continue
            hashes, key, marks, title = heading.groups()
            if key in {section.id for section in found}:
                problems.append(Problem("TEMPLATE-CLAUSE-03", where=key, args={"clause": key}, line=number, file=file))
            found.append(Section(
                id=key, level=len(hashes), title=title,
                numbered="-" not in marks, conspicuous="!" in marks, sheet="*" in marks,
            ))  # fmt: skip
        elif line.strip():
            if not found:
                problems.append(Problem("TEMPLATE-CLAUSE-02", args={"text": line}, line=number, file=file))
                continue
            found[-1] = msgspec.structs.replace(found[-1], lines=(*found[-1].lines, line.strip()))
    return tuple(found)


@cache
def shared(name: str) -> Mapping[str, Any]:
    """The words and rules that all templates share: "words", "parity"."""
    tables: dict[str, Any] = tomllib.loads((FOLDER / f"{name}.toml").read_text("utf-8"))
    return neutral(tables)


def neutral(raw: dict[str, Any]) -> dict[str, Any]:
    """Tables with "zh" as data writes it, turned into the tag "zh-Hans"."""
    return {("zh-Hans" if key == "zh" and _is_words(raw) else key): _inner(value) for key, value in raw.items()}


def tags(text: Mapping[str, str]) -> Text:
    """Words whose Chinese is under its tag."""
    return {"zh-Hans" if tag == "zh" else tag: words for tag, words in text.items()}


def _is_words(table: Mapping[str, Any]) -> bool:
    return set(table) <= {"zh", "en", "zh-Hant", "*"} and all(isinstance(words, str) for words in table.values())


def _inner(value: Any) -> Any:
    if isinstance(value, dict):
        return neutral(value)
    return [_inner(item) for item in value] if isinstance(value, list) else value


def _text(path: Path, problems: list[Problem]) -> str:
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError):
        problems.append(Problem("TEMPLATE-FILE-01", file=path.name, args={"file": path.name}))
        return ""


def _toml(path: Path, problems: list[Problem]) -> dict[str, Any]:
    try:
        return tomllib.loads(_text(path, problems))
    except tomllib.TOMLDecodeError as error:
        problems.append(Problem("TEMPLATE-FILE-02", file=path.name, args={"why": str(error)}))
        return {}


def _questions(template: Template) -> list[Problem]:
    """Questions of no known kind, defaults without a source, alternatives that no question offers."""
    problems = []
    for question in template.questions:
        where = f"questions.{question.id}"
        if question.kind not in KINDS:
            problems.append(
                Problem(
                    "TEMPLATE-QUESTION-01", where, {"kind": question.kind, "known": list(KINDS)}, file="template.toml"
                )
            )
        if question.default is not None and not question.source:
            problems.append(Problem("TEMPLATE-QUESTION-02", where, file="template.toml"))
    offered = {(question.id, choice) for question in template.questions for choice in question.choices}
    for key, alternative in template.alternatives.items():
        if (alternative.question, alternative.answer) not in offered:
            args = {"question": alternative.question, "answer": alternative.answer}
            problems.append(Problem("TEMPLATE-QUESTION-03", f"alternatives.{key}", args, file="template.toml"))
    return problems
