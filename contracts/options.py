"""Command-line options: a parser that speaks the reader's language, and readings taken on the command line."""

import re
from argparse import SUPPRESS, ArgumentParser, _ArgumentGroup
from collections.abc import Iterable
from typing import Any, NoReturn

import msgspec

from core.problems import InputError, Problem
from core.terms import Contract
from locales import words

__all__ = ["Parser", "assumptions", "read_at"]

# argparse's own sentences, told apart so that we can say them in the reader's language.
_MISTAKES = (
    (re.compile(r"the following arguments are required: (?P<what>.+)"), "CLI-ARGS-02"),
    (re.compile(r"unrecognized arguments: (?P<what>.+)"), "CLI-ARGS-03"),
    (re.compile(r"argument (?P<what>.+): expected .+"), "CLI-ARGS-04"),
    (re.compile(r"argument (?P<what>.+): invalid (?:choice|int value): (?P<value>'[^']*').*"), "CLI-ARGS-05"),
    (re.compile(r"ambiguous option: (?P<what>\S+).*"), "CLI-ARGS-03"),
)


class Parser(ArgumentParser):
    """argparse with our words; a mistake becomes an InputError instead of an exit."""

    def __init__(self, lang: str, **options: Any) -> None:
        super().__init__(add_help=False, allow_abbrev=False, **options)
        self.lang = lang
        for group, key in ((self._positionals, "cli.positionals"), (self._optionals, "cli.options")):
            _titled(group, words(lang, key))
        self.add_argument("-h", "--help", action="help", default=SUPPRESS, help=words(lang, "cli.arg.help"))

    def format_help(self) -> str:
        """The help text with its usage line in the reader's language."""
        return super().format_help().replace("usage: ", words(self.lang, "cli.usage-word"), 1)

    def error(self, message: str) -> NoReturn:
        """Say what is wrong with the arguments, and where help is."""
        for pattern, code in _MISTAKES:
            if match := pattern.fullmatch(message):
                args = {"what": "", "value": "", "prog": self.prog, **match.groupdict()}
                raise InputError([Problem(code, args=args)])
        raise InputError([Problem("CLI-ARGS-01", args={"detail": message, "prog": self.prog})])


def _titled(group: _ArgumentGroup, title: str) -> None:
    group.title = title


def assumptions(given: Iterable[str], contract: Contract) -> tuple[dict[str, Any], list[Problem]]:
    """--assume path=reading: an option of a reading by name, a setting of [counting], or a phrase for the term at
    that path.
    """
    taken: dict[str, Any] = {}
    problems: list[Problem] = []
    readings = {reading.about: reading for reading in contract.readings}
    for one in given:
        path, sign, value = (part.strip() for part in one.partition("="))
        if not (path and sign and value):
            problems.append(Problem("CLI-ASSUME-01", "--assume", {"value": one}))
        elif path in readings and value in readings[path].options:
            taken[path] = value
        else:
            taken[path], wrong = _read(path, value)
            problems.extend(wrong)
    return taken, problems


def _read(path: str, text: str) -> tuple[Any, list[Problem]]:
    """A value as a contract file would have it at `path`: a setting's word, a phrase, or an inline table."""
    import tomllib

    try:
        return read_at(path, tomllib.loads(f"value = {text}")["value"])
    except tomllib.TOMLDecodeError:
        return read_at(path, text)


def read_at(path: str, raw: Any) -> tuple[Any, list[Problem]]:
    """Read what a file would hold at `path` by the type of the term there."""
    from contracts.walk import Walk, type_at

    if path.startswith("counting."):
        return str(raw), []
    annotation = type_at(tuple(path.split(".")))
    if annotation is None:
        return None, [Problem("TERMS-PATH-01", "--assume", {"path": path})]
    walk = Walk({})
    value = walk.value(annotation, raw, ())
    return value, [msgspec.structs.replace(problem, where=path) for _, problem in walk.found]
