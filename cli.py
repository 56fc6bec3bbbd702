"""The `spondeo` command: a table of names, each imported when called.

Exit codes: 0 clean; 2 wrong input or an open decision; 3 a breach neither excused nor waived; 1 is ours (a traceback).
Data goes to standard output, everything else to standard error.
"""

import sys
from collections.abc import Callable, Sequence

# What `--help` needs is imported here; everything heavy is imported by the command that needs it (STACK: 1.3 × click).
TYPE_CHECKING = False
if TYPE_CHECKING:
    from argparse import ArgumentParser, Namespace
    from datetime import date, datetime
    from pathlib import Path
    from typing import Any

    from contracts.folder import Loaded
    from contracts.papers.document import Document
    from contracts.templates import Question, Template
    from contracts.when import Setting
    from core.assessment import Assessment, Other
    from core.problems import Problem
    from core.terms import Contract

__all__ = ["COMMANDS", "main"]

Argument = tuple[tuple[str, ...], str, "dict[str, Any]"]

LANG: Argument = (("--lang",), "lang", {})
AS_OF: Argument = (("--as-of",), "as-of", {})
KNOWN_AT: Argument = (("--known-at",), "known-at", {})
PATHS: Argument = (("paths",), "paths", {"nargs": "+"})
OUT: Argument = (("-o", "--out"), "out", {})
STORE: Argument = (("store",), "store", {})
ASSUME: Argument = (("--assume",), "assume", {"action": "append", "default": []})
JSON: Argument = (("--json",), "json", {"action": "store_true"})
COUNTED: tuple[Argument, ...] = (
    (("--law",), "law", {}),
    (("--calendar",), "calendar", {}),
    (("--zone",), "zone", {}),
    (("--hours",), "hours", {}),
    (("--set",), "knob", {"action": "append", "default": []}),
    (("--explain",), "explain", {"action": "store_true"}),
    JSON,
    LANG,
)
TABLES = ("obligations", "charges", "slices", "caps", "recourse", "payments", "claims", "balances", "settlements")

COMMANDS: dict[str, tuple[str, tuple[Argument, ...]]] = {
    "assess": (
        "assess",
        (
            PATHS,
            AS_OF,
            KNOWN_AT,
            (("--explain",), "explain", {"action": "store_true"}),
            ASSUME,
            (("--json",), "json", {"action": "store_true"}),
            (("--csv",), "csv", {}),
            (("--html",), "html", {}),
            LANG,
        ),
    ),
    "when": ("when", ((("phrase",), "phrase", {}), *COUNTED)),
    "moved": ("moved", (PATHS, (("--calendar",), "calendar", {"required": True}), AS_OF, JSON, LANG)),
    "between": ("between", ((("start",), "start", {}), (("end",), "end", {}), *COUNTED)),
    "serve": (
        "serve",
        ((("path",), "path", {}), (("--port",), "port", {"type": int, "default": 8000}), AS_OF, KNOWN_AT, LANG),
    ),
    "templates": (
        "templates",
        ((("action",), "action", {"choices": ("list", "show", "check")}), (("name",), "name", {"nargs": "?"}), LANG),
    ),
    "draft": (
        "draft",
        (
            (("template",), "template", {}),
            (("--answers",), "answers", {}),
            (("--set",), "set", {"action": "append", "default": []}),
            OUT,
            (("--languages",), "languages", {"default": "zh-Hans,en"}),
            (("--blanks",), "blanks", {"action": "store_true"}),
            LANG,
        ),
    ),
    "review": ("review", (PATHS, LANG)),
    "whatif": (
        "whatif",
        (
            (("path",), "path", {}),
            AS_OF,
            *(((f"--{name}",), name, {"action": "append", "default": []}) for name in ("late", "measure", "loss")),
            (("--like",), "like", {}),
            (("--json",), "json", {"action": "store_true"}),
            (("--csv",), "csv-rows", {"action": "store_true"}),
            (("--html",), "html", {}),
            (("--pdf",), "pdf-out", {}),
            (("--languages",), "languages", {"default": "zh-Hans,en"}),
            LANG,
        ),
    ),
    "schema": ("schema", (LANG,)),
    "paper": (
        "paper",
        (
            (("kind",), "kind", {"choices": ("statement", "contract")}),
            (("path",), "path", {}),
            (("--contract",), "one", {}),
            AS_OF,
            KNOWN_AT,
            ASSUME,
            OUT,
            (("--languages",), "languages", {"default": "zh-Hans,en"}),
            LANG,
        ),
    ),
    "check": ("check", ((("pdf",), "pdf", {}), LANG)),
    "plugins": (
        "plugins",
        ((("action",), "action", {"choices": ("list", "check")}), (("name",), "name", {"nargs": "?"}), LANG),
    ),
    "init": ("init", (STORE, LANG)),
    "import": ("import_", (STORE, PATHS, LANG)),
    "event": ("event", (STORE, (("contract",), "contract", {}), (("fields",), "payload", {"nargs": "+"}), LANG)),
    "sweep": ("sweep", (STORE, AS_OF, KNOWN_AT, (("--json",), "json", {"action": "store_true"}), LANG)),
    "export": ("export", (STORE, (("contract",), "contract", {}), OUT, LANG)),
    "verify": ("verify", (STORE, LANG)),
}


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns the exit code. Wrong input is reported whole, in the reader's language."""
    args = list(sys.argv[1:] if argv is None else argv)
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):  # a terminal that lacks a character shows a sign in its place
            stream.reconfigure(errors="replace")
    lang = _language(args)
    if lang is None:
        return 2
    if not args or args[0] in {"-h", "--help", "help"}:
        _overview(lang)
        return 0
    if args[0] == "--version":
        from importlib.metadata import version

        print(f"spondeo {version('spondeo')}")
        return 0
    if args[0] not in COMMANDS:
        return _unknown(args[0], lang)
    return _run(args[0], args[1:], lang)


def _run(name: str, args: list[str], lang: str) -> int:
    from core.problems import InputError, Problem

    entry, arguments = COMMANDS[name]
    commands: dict[str, Callable[[Namespace, str], int]] = globals()
    try:
        options = _parser(name, arguments, lang).parse_args(args)
        return commands[f"_{entry.rstrip('_')}"](options, lang)
    except InputError as wrong:
        return _complain(wrong.problems, lang)
    except BrokenPipeError:
        sys.stderr.close()
        return 0
    except OSError as error:
        return _complain(
            [Problem("CLI-WRITE-01", file=str(error.filename or ""), args={"detail": error.strerror or str(error)})],
            lang,
        )


def _language(args: list[str]) -> str | None:
    """The language asked for with --lang, else the environment's; None after complaining about an unknown one."""
    from locales import pick

    asked = None
    for number, arg in enumerate(args):
        if arg == "--lang" and number + 1 < len(args):
            asked = args[number + 1]
        elif arg.startswith("--lang="):
            asked = arg.partition("=")[2]
    try:
        return pick(asked)
    except ValueError:
        from core.problems import Problem

        _complain([Problem("CLI-LANG-01", "--lang", {"value": asked})], pick(None))
        return None


def _overview(lang: str) -> None:
    from locales import words

    width = max(len(name) for name in COMMANDS)
    print(words(lang, "cli.about"), words(lang, "cli.usage"), "", words(lang, "cli.commands"), sep="\n")
    for name in COMMANDS:
        print(f"  {name:{width}}  {words(lang, f'cli.{name}')}")


def _unknown(name: str, lang: str) -> int:
    from core.problems import Problem, nearest

    near, known = nearest(name, COMMANDS), ", ".join(COMMANDS)
    if near:
        return _complain([Problem("CLI-COMMAND-01", args={"name": name, "nearest": near, "known": known})], lang)
    return _complain([Problem("CLI-COMMAND-02", args={"name": name, "known": known})], lang)


def _parser(name: str, arguments: Sequence[Argument], lang: str) -> "ArgumentParser":
    from contracts.options import Parser
    from locales import has, words

    parser = Parser(lang, prog=f"spondeo {name}", description=words(lang, f"cli.{name}"))
    for flags, key, options in arguments:
        fields = {"csv": {"tables": ", ".join(TABLES)}, "action": {"actions": ", ".join(options.get("choices", ()))}}
        said: dict[str, Any] = {"help": words(lang, f"cli.arg.{key}", **fields.get(key, {}))}
        if has(f"cli.metavar.{key}"):  # a word for the value; a switch has none, a choice shows its words
            said["metavar"] = words(lang, f"cli.metavar.{key}")
        parser.add_argument(*flags, **said, **options)
    return parser


def _complain(problems: "Sequence[Problem]", lang: str) -> int:
    from locales import say

    for problem in problems:
        print(say(problem, lang), file=sys.stderr)
    return 2


def _day(text: str | None, where: str) -> "date | datetime | None":
    """A date or time as given on the command line; None if none was."""
    from datetime import date, datetime

    from core.problems import InputError, Problem

    if text is None:
        return None
    try:
        read = datetime.fromisoformat(text) if "T" in text or " " in text else date.fromisoformat(text)
        if not 1900 <= read.year <= 2900:
            raise ValueError(text)
        return read
    except ValueError:
        raise InputError([Problem("CLI-DATE-01", where, {"value": text})]) from None


def _today() -> "date":
    from datetime import date

    return date.today()  # noqa: DTZ011 - the reader's own day; everything after takes it as an argument


def _path(text: str) -> "Path":
    from pathlib import Path

    return Path(text)


def _assumed(options: "Namespace", loaded: "Loaded") -> "dict[str, Any]":
    """--assume path=reading, each read as the contract file would read it."""
    from contracts.options import assumptions
    from core.problems import InputError

    assert loaded.contract is not None
    taken, problems = assumptions(options.assume, loaded.contract)
    if problems:
        raise InputError(problems)
    return taken


def _figures(loaded: "Loaded", options: "Namespace") -> "tuple[Assessment, tuple[Other, ...]]":
    from core.assessment import assess, others

    assert loaded.contract is not None
    as_of = _day(options.as_of, "--as-of") or _today()
    known_at = _day(getattr(options, "known_at", None), "--known-at")
    assume = _assumed(options, loaded) if getattr(options, "assume", None) else {}
    given: dict[str, Any] = {"as_of": as_of, "known_at": known_at, "world": loaded.world, "assume": assume}
    made = assess(loaded.contract, loaded.events, **given)
    return made, () if getattr(options, "json", False) or getattr(options, "csv", None) else others(
        loaded.contract, loaded.events, **given
    )


def _assess(options: "Namespace", lang: str) -> int:
    from core.problems import InputError, Problem

    if options.csv is not None and options.csv not in TABLES:
        raise InputError([Problem("CLI-TABLE-01", "--csv", {"value": options.csv, "known": ", ".join(TABLES)})])
    files, problems = _read(options.paths)
    good = [one for one in files if one.contract is not None and not one.problems]
    answers = [(one, *_figures(one, options)) for one in good]
    if options.json:
        from contracts.papers.data import as_json
        from contracts.saving import put

        put(as_json([a for _, a, _ in answers], problems, days=options.explain))
    elif options.csv:
        from contracts.papers.data import as_csv
        from contracts.saving import put

        put(as_csv(options.csv, [a for _, a, _ in answers]))
    elif options.html:
        broken = [(str(one.path), one.problems) for one in files if one.problems]
        _write_page(options.html, answers, broken, lang)
    else:
        _print_reports(answers, lang, why=options.explain)
    if problems:
        return _complain(problems, lang)
    open_ = [p for _, a, _ in answers for p in a.problems]
    if open_:
        return _complain(open_, lang)
    return 3 if any(not b.waived for _, a, _ in answers for b in a.breaches) else 0


def _read(paths: "Sequence[str]") -> "tuple[list[Loaded], list[Problem]]":
    """Contracts of files, folders and stores, and all that is wrong with any of them."""
    from contracts.folder import is_store, load

    stores = [path for path in paths if is_store(path)]
    files, problems = load(_path(path) for path in paths if path not in stores)
    for place in stores:
        from web.stored import load_store

        files.extend(load_store(place)[0])
    _note_unread([one.path for one in files])
    return files, [*problems, *(problem for one in files for problem in one.problems)]


def _note_unread(contracts: "Sequence[Path]") -> None:
    """A sheet of events that nobody reads changes figures by being absent: say so."""
    from locales import pick, words

    for folder in {contract.parent for contract in contracts if contract.is_file()}:
        if not any(one.suffix in {".csv", ".xlsx"} for one in folder.iterdir()):
            continue
        from contracts.sheets import unread_sheets

        beside = next(contract for contract in contracts if contract.parent == folder)
        for sheet in unread_sheets(beside):
            print(words(pick(), "cli.note-unread", file=str(sheet)), file=sys.stderr)


def _print_reports(answers: "Sequence[tuple[Loaded, Assessment, tuple[Other, ...]]]", lang: str, *, why: bool) -> None:
    from contracts.papers.text import portfolio, report

    if len(answers) > 1 and not why:
        print(portfolio([(one.contract, made) for one, made, _ in answers if one.contract], lang), end="")
        return
    for number, (one, made, other) in enumerate(answers):
        assert one.contract is not None
        print("\n" if number else "", report(one.contract, made, other, lang, why=why), sep="", end="")


def _write_page(
    file: str,
    answers: "Sequence[tuple[Loaded, Assessment, tuple[Other, ...]]]",
    broken: "Sequence[tuple[str, tuple[Problem, ...]]]",
    lang: str,
) -> None:
    from contracts.papers.page import page

    items = [(one.contract, one.events, made, other) for one, made, other in answers if one.contract]
    _save(file, page(items, lang=lang, broken=broken).encode("utf-8", "replace"), lang)


def _save(file: str, data: bytes, lang: str) -> None:
    from contracts.saving import save
    from locales import words

    save(file, data)
    print(words(lang, "cli.wrote", file=file), file=sys.stderr)


def _one(path: str, number: str | None = None) -> "tuple[Loaded, str | None]":
    """The one contract at a path, and the head of its chain where it lies in a store; else all its problems."""
    from contracts.folder import is_store, load
    from core.problems import InputError, Problem

    files: list[Loaded] = []
    head: str | None = None
    if is_store(path):
        from web.stored import load_store

        files, head = load_store(path)
        held = [one.contract.number for one in files if one.contract]
        files = [one for one in files if number is None or (one.contract and one.contract.number == number)]
        if len(files) != 1:
            raise InputError([Problem("CLI-STORE-01", path, {"n": len(held), "known": ", ".join(held)})])
        problems: list[Problem] = []
    else:
        files, problems = load([_path(path)])
    problems = [*problems, *(p for one in files for p in one.problems)]
    if problems or not files:
        raise InputError(problems or [Problem("CLI-PATH-01", file=path)])
    return files[0], head


def _when(options: "Namespace", lang: str) -> int:
    from contracts.when import as_json, report, when
    from core.problems import InputError, Problem

    how = _setting(options)
    found = when(options.phrase, how)
    if isinstance(found, Problem):
        raise InputError([found])
    sys.stdout.write(as_json(found, how, lang) if options.json else report(found, how, lang, explain=options.explain))
    return 0


def _between(options: "Namespace", lang: str) -> int:
    from contracts.when import Elapsed, as_json, between, elapsed_report
    from core.problems import InputError

    how = _setting(options)
    found = between(options.start, options.end, how)
    if not isinstance(found, Elapsed):
        raise InputError(found)
    sys.stdout.write(
        as_json(found, how, lang) if options.json else elapsed_report(found, how, lang, explain=options.explain)
    )
    return 0


def _moved(options: "Namespace", lang: str) -> int:
    from contracts.moved import all_moved, as_json, report
    from contracts.when import calendar_of

    new = calendar_of(options.calendar)
    files, problems = _read(options.paths)
    moves = all_moved(files, new, _day(options.as_of, "--as-of") or _today())
    sys.stdout.write(as_json(moves) if options.json else report(moves, lang))
    return _complain(problems, lang) if problems else 0


def _setting(options: "Namespace") -> "Setting":
    from contracts.when import setting

    return setting(options.law, calendar=options.calendar, zone=options.zone, hours=options.hours, knobs=options.set)


def _serve(options: "Namespace", lang: str) -> int:
    from web.app import serve

    as_of, known_at = _day(options.as_of, "--as-of"), _day(options.known_at, "--known-at")
    return serve(options.path, port=options.port, lang=lang, as_of=as_of, known_at=known_at)


def _templates(options: "Namespace", lang: str) -> int:
    if options.action == "check":
        from contracts.drafting import check_template

        names = [options.name] if options.name else _template_keys()
        problems = [problem for name in names for problem in check_template(_template(name))]
        if not problems:
            from locales import words

            print(words(lang, "cli.templates-hold", names=names))
        return _complain(problems, lang) if problems else 0
    from contracts.papers.text import table
    from locales import speak

    if options.action == "show":
        print(table([_question(one, lang) for one in _template(options.name or _template_keys()[0]).questions]))
        return 0
    rows = [(key, str((one := _template(key)).version), speak(lang, one.title)) for key in _template_keys()]
    print(table(rows))
    return 0


def _question(one: "Question", lang: str) -> tuple[str, ...]:
    """One question of a template as a row: its key for --set, what it asks, choices or default, and whose that is."""
    from locales import speak

    choices = " | ".join(one.choices) if one.choices else "" if one.default is None else str(one.default)
    return one.id, one.kind, speak(lang, one.words), choices, one.source or "—"


def _sector_templates() -> "dict[str, Path]":
    """The folders of the templates that installed sectors bring, by key."""
    from plugins.registry import load

    folders = [_path(str(sector.folder)) / "templates" for sector in load().sectors]
    return {one.name: one for folder in folders if folder.is_dir() for one in sorted(folder.iterdir()) if one.is_dir()}


def _template_keys() -> list[str]:
    from contracts.templates import keys

    return [*keys(), *(key for key in _sector_templates() if not key.startswith((".", "_")))]


def _template(key: str) -> "Template":
    """A template by key, ours or a sector's, or by its folder; plugins are looked at only where ours has none."""
    from contracts.drafting import load_template
    from contracts.templates import keys

    if key in keys() or _path(key).is_dir():
        return load_template(key)
    others = _sector_templates()
    if key not in others:
        _say_quarantined()
    return load_template(str(others.get(key, key)), tuple(others))


def _say_quarantined() -> None:
    """A template may be missing because its plugin is broken: name those, so that none is silently absent."""
    from locales import pick, say
    from plugins.registry import load

    for held in load().quarantined:
        print(say(held.problem, pick()), file=sys.stderr)


def _text(file: str) -> str:
    """A text file in UTF-8; a located problem where it is none."""
    from core.problems import InputError, Problem

    try:
        return _path(file).read_text(encoding="utf-8")
    except (OSError, ValueError) as error:
        detail = getattr(error, "strerror", None) or "UTF-8"
        raise InputError([Problem("CLI-READ-01", file=file, args={"detail": detail})]) from None


def _draft(options: "Namespace", lang: str) -> int:
    from contracts.drafting import draft, read_answers
    from core.problems import InputError, Problem

    answers: dict[str, Any] = {}
    if options.answers:
        answers, problems = read_answers(_text(options.answers), options.answers)
        if problems:
            raise InputError(problems)
    for one in options.set:
        name, sign, value = one.partition("=")
        if not sign:
            raise InputError([Problem("CLI-FIELD-01", "--set", {"value": one})])
        answers[name.strip()] = value.strip()
    languages = _languages(options.languages)
    contract, paper, problems = draft(_template(options.template), answers, languages, blanks=options.blanks)
    printed = (options.out or "").endswith(".pdf")
    if paper is None or (contract is None and not printed):
        raise InputError(problems)
    _deliver(options.out, contract, paper, languages, lang)
    if problems:
        _complain(problems, lang)
    return 0 if contract is not None else 2


def _deliver(
    out: str | None, contract: "Contract | None", paper: "Document", languages: tuple[str, ...], lang: str
) -> None:
    """Write a draft as its name asks: .pdf (also of a form with blanks), .json, or a contract file in phrases."""
    if out is not None and (out.endswith(".pdf") or contract is None):
        from contracts.papers.typeset import render

        _save(out, render(paper, languages), lang)
        return
    assert contract is not None
    if out is not None and out.endswith(".json"):
        from contracts.writer import write_json

        _save(out, write_json(contract), lang)
    else:
        from contracts.writer import write_toml

        text = write_toml(contract)
        sys.stdout.write(text) if out is None else _save(out, text.encode(), lang)


def _review(options: "Namespace", lang: str) -> int:
    from contracts.drafting import changed_words
    from contracts.folder import load
    from contracts.review import review

    files, problems = load(_path(p) for p in options.paths)
    problems = [*problems, *(p for one in files for p in one.problems)]
    from locales import say

    several = len(files) > 1
    for one in files:
        if one.contract:
            for finding in (*review(one.contract), *changed_words(one.contract, _template)):
                print(f"{one.path.name} " if several else "", say(finding, lang), sep="")
    return _complain(problems, lang) if problems else 0


def _whatif(options: "Namespace", lang: str) -> int:
    from datetime import datetime

    from contracts.papers.whatif import as_csv, as_json, as_page, as_paper, as_text
    from contracts.whatif import asked, run

    day = _day(options.as_of, "--as-of") or _today()
    said = asked(options.late, options.measure, options.loss, options.like)
    loaded = _one(options.path)[0]
    assert loaded.contract is not None
    made = run(loaded, said, day.date() if isinstance(day, datetime) else day)
    if options.html:
        _save(options.html, as_page(made, lang, loaded.contract).encode(), lang)
    if options.pdf:
        from contracts.papers.typeset import render

        _save(options.pdf, render(as_paper(made, loaded.contract), _languages(options.languages)), lang)
    if options.json or options.csv:
        sys.stdout.write(as_json(made) if options.json else as_csv(made))
    elif not (options.html or options.pdf):
        sys.stdout.write(as_text(made, lang))
    return 0


def _schema(options: "Namespace", lang: str) -> int:
    from contracts.schema import as_text

    sys.stdout.write(as_text())
    return 0


def _paper(options: "Namespace", lang: str) -> int:
    from contracts.saving import named

    loaded, head = _one(options.path, options.contract)
    assert loaded.contract is not None
    file = options.out or named(loaded.contract.number, f"-{options.kind}.pdf")
    if options.kind == "contract":
        from contracts.drafting import reprinted
        from contracts.papers.typeset import render

        languages = _languages(options.languages)
        _save(file, render(reprinted(loaded.contract, _template, languages), languages), lang)
        return 0
    from contracts.papers.proof import Given, statement_paper

    given = Given(
        as_of=_day(options.as_of, "--as-of") or _today(),
        known_at=_day(options.known_at, "--known-at"),
        assume=_assumed(options, loaded),
        languages=_languages(options.languages),
        head=head,
    )
    _save(file, statement_paper(loaded.contract, loaded.events, loaded.world, given), lang)
    return 0


def _languages(text: str) -> tuple[str, ...]:
    """The languages of a paper, in order; each must be one of ours."""
    from core.problems import InputError, Problem
    from locales import LANGUAGES

    short = {"zh": "zh-Hans", "hant": "zh-Hant"}
    asked = tuple(short.get(part.strip(), part.strip()) for part in text.split(","))
    wrong = [one for one in asked if one not in LANGUAGES]
    if wrong:
        raise InputError([Problem("CLI-LANG-01", "--languages", {"value": one}) for one in wrong])
    return asked


def _check(options: "Namespace", lang: str) -> int:
    from contracts.papers.proof import check

    found = check(_path(options.pdf))
    for line in found.lines(lang):
        print(line)
    return 0 if found.holds else 2


def _plugins(options: "Namespace", lang: str) -> int:
    from contracts.papers.text import table
    from locales import say, words
    from plugins.registry import load, plugins_check

    if options.action == "check":
        checked = plugins_check(options.name or "property_management")
        if not checked.problems:
            print(words(lang, "cli.plugin-holds", name=checked.target, sectors=[one.key for one in checked.sectors]))
        return _complain(checked.problems, lang) if checked.problems else 0
    found = load()
    print(
        table(
            [
                (
                    row.plugin,
                    row.distribution,
                    row.version,
                    words(lang, f"plugin.{row.state}"),
                    " ".join(f"{s.key}@{s.version}" for s in row.sectors),
                )
                for row in found.rows
            ]
        )
    )
    for row in found.rows:
        for problem in row.problems:
            print(f"  {say(problem, lang)}", file=sys.stderr)
    return _complain(found.problems, lang) if found.problems else 0


def _init(options: "Namespace", lang: str) -> int:
    from web import stored

    return stored.init(options.store, lang)


def _import(options: "Namespace", lang: str) -> int:
    from web import stored

    return stored.import_(options.store, [_path(p) for p in options.paths], lang)


def _event(options: "Namespace", lang: str) -> int:
    from web import stored

    return stored.event(options.store, options.contract, options.fields, lang)


def _sweep(options: "Namespace", lang: str) -> int:
    from web import stored

    as_of = _day(options.as_of, "--as-of") or _today()
    return stored.sweep(options.store, as_of, _day(options.known_at, "--known-at"), lang, json=options.json)


def _export(options: "Namespace", lang: str) -> int:
    from web import stored

    return stored.export(options.store, options.contract, options.out, lang)


def _verify(options: "Namespace", lang: str) -> int:
    from web import stored

    return stored.verify(options.store, lang)


if __name__ == "__main__":
    sys.exit(main())
