"""Checks that the faces of a template agree: what computes is printed in every language, no figure is typed by hand."""

import re
from collections.abc import Iterable, Iterator, Mapping
from itertools import groupby

from contracts.templates import LANGUAGES, Section, Template, shared
from contracts.templates.examples import worked
from contracts.templates.printing import FIELD, Numbers, UnprintableError, fill
from core.problems import Problem
from core.terms import Annex, Contract, Payment

__all__ = ["check", "computing", "parity", "paths_in", "typed_figures"]


def check(template: Template, contract: Contract, numbers: Numbers) -> tuple[Problem, ...]:
    """All that is wrong with a template, by a contract drafted from it with its own example answers."""
    problems = list(_same_clauses(template))
    required = tuple(computing(contract))
    for lang in LANGUAGES:
        problems += _paths(template, contract, lang, numbers)
        lines = [line for section in template.texts[lang] for line in section.lines]
        printed = {path for line in lines for path in paths_in(line, contract)}
        for path in required:
            if not any(path == done or path.startswith(f"{done}.") for done in printed):
                problems.append(Problem("TEMPLATE-TERM-01", path, {"path": path, "language": lang}, file=f"{lang}.md"))
        for section in template.texts[lang]:
            for line in (section.title, *section.lines):
                for figure in typed_figures(line, lang):
                    problems.append(Problem("TEMPLATE-FIGURE-01", section.id, {"figure": figure}, file=f"{lang}.md"))
    problems += parity(template, contract, numbers)
    problems += _unused(template)
    return tuple(problems)


def computing(contract: Contract) -> Iterator[str]:
    """The paths of every term that computes: dates, amounts, rates, limits, and ways of counting that words give."""
    if contract.total:
        yield "total"
    yield from _set(contract, "term", "renewal.tacit", "renewal.unless_notice.period", "languages.prevailing")
    for knob in contract.counting.knobs:
        yield f"counting.knobs.{knob}"
    for annex in contract.annexes:
        yield from _obligation("annexes", annex, ("due", "price", "accepted_by", "deemed_accepted"))
    for step in contract.steps:
        yield f"steps.{step.id}.within"
    for payment in contract.payments:
        yield from _obligation("payments", payment, ("amount", "due", "order"))
    for measure in contract.measures:
        yield f"measures.{measure.id}.every"
    for rule in contract.rules:
        for name in ("charge", "grace", "tiers", "bands", "plus", "at_most", "counts", "tiering", "recourse"):
            if getattr(rule, name):
                yield f"rules.{rule.id}.{name}"
    for cap in contract.caps:
        for field, name in (
            ("to", "to"),
            ("covers", "covers"),
            ("except_", "except"),
            ("window", "window"),
            ("order", "order"),
        ):
            if getattr(cap, field):
                yield f"caps.{cap.id}.{name}"
    for key, third in contract.third_parties.items():
        for name in ("fee", "limit", "limit_except", "raised_if", "excess"):
            if getattr(third, name):
                yield f"third_parties.{key}.{name}"


def _obligation(area: str, item: Annex | Payment, names: Iterable[str]) -> Iterator[str]:
    for name in ("owed_by", *names):
        if getattr(item, name):
            yield f"{area}.{item.id}.{name}"


def _set(contract: Contract, *paths: str) -> Iterator[str]:
    """The paths at which this contract says something."""
    from core.terms import find

    for path in paths:
        try:
            if find(contract, path):
                yield path
        except LookupError:
            continue


def paths_in(line: str, contract: Contract) -> Iterator[str]:
    """The paths that a line prints; in a sheet, `annex` is each of the contract's annexes."""
    for name in FIELD.findall(line):
        path, colon, what = name.partition(":")
        if colon and what != "capitals":
            continue
        if path.startswith("annex."):
            yield from (f"annexes.{annex.id}.{path.removeprefix('annex.')}" for annex in contract.annexes)
        else:
            yield path


def _paths(template: Template, contract: Contract, lang: str, numbers: Numbers) -> Iterator[Problem]:
    """Every path that leads nowhere or cannot be said, and every example that the engine cannot work."""
    for section in template.texts[lang]:
        for line in (section.title, *section.lines):
            for name in FIELD.findall(line):
                for single in _each(name, contract):
                    try:
                        said = fill("{" + single + "}", contract, template, lang, numbers, worked)
                    except (UnprintableError, KeyError) as error:
                        args = {"path": single, "why": str(error.args[0])}
                        yield Problem("TEMPLATE-PATH-01", section.id, args, file=f"{lang}.md")
                    else:
                        if said is None and name.startswith("example:"):
                            yield Problem("TEMPLATE-EXAMPLE-01", section.id, {"example": single}, file=f"{lang}.md")


def _each(name: str, contract: Contract) -> Iterable[str]:
    if name.startswith("annex."):
        return [name.replace("annex.", f"annexes.{annex.id}.", 1) for annex in contract.annexes]
    return [name]


def _same_clauses(template: Template) -> Iterator[Problem]:
    """The same clauses in the same order, with the same marks and as many items, in each language."""
    first, second = LANGUAGES
    ids = {lang: [section.id for section in template.texts[lang]] for lang in LANGUAGES}
    for lang, other in ((first, second), (second, first)):
        for key in ids[lang]:
            if key not in ids[other]:
                yield Problem("TEMPLATE-CLAUSE-01", key, {"clause": key, "language": other}, file=f"{other}.md")
    both = [key for key in ids[first] if key in ids[second]]
    if both != [key for key in ids[second] if key in ids[first]]:
        yield Problem("TEMPLATE-CLAUSE-04", file=f"{second}.md")
    theirs = {section.id: section for section in template.texts[second]}
    for section in template.texts[first]:
        twin = theirs.get(section.id)
        if twin and _shape(section) != _shape(twin):
            yield Problem("TEMPLATE-CLAUSE-05", section.id, {"clause": section.id}, file=f"{second}.md")


def _shape(section: Section) -> tuple[object, ...]:
    kinds = tuple((item, len(list(group))) for item, group in groupby(line.startswith("- ") for line in section.lines))
    return section.level, section.numbered, section.conspicuous, section.sheet, kinds


_HAN = "一二两三四五六七八九十百千万零〇半壹贰叁肆伍陆柒捌玖拾佰仟"
_ZH_FIGURE = re.compile(
    rf"[0-9０-９]+|百分之|[{_HAN}]+(?:个)?(?:工作日|自然日|日|天|小时|周|星期|月|季度|年|元|倍|成)(?!以?后者)"
)
_ZH_FREE = re.compile(r"[每同某]?一日|次一工作日")
_EN_FIGURE = re.compile(
    r"[0-9]+|\bper cent\b|\bpercent\b|"
    r"\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|fifteen|twenty|thirty|sixty|ninety|hundred|half)\b"
    r"[- ](?:hundred |thousand )?(?:calendar |working |business )?(?:day|hour|week|month|quarter|year|yuan|times)s?\b",
    re.IGNORECASE,
)
_EN_FREE = re.compile(r"\bone day and night\b", re.IGNORECASE)
_CITED = re.compile(
    r"《[^》]*》第[0-9一二三四五六七八九十百千]+条|"
    r"\b(?:art(?:icle)?s?\.?|section) [0-9]+(?: (?:and|to) [0-9]+)? of the [A-Z]",
    re.IGNORECASE,
)


def typed_figures(line: str, lang: str) -> list[str]:
    """Amounts, rates and periods that stand outside any path; clause numbers are paths, statutes may be cited."""
    bare = _CITED.sub("", FIELD.sub("¤", line))
    if lang == "en":
        return _EN_FIGURE.findall(_EN_FREE.sub("", bare))
    return _ZH_FIGURE.findall(_ZH_FREE.sub("", bare))


def parity(template: Template, contract: Contract, numbers: Numbers) -> Iterator[Problem]:
    """The traps between the two languages, clause by clause as printed; `parity.toml` gives the reason of each."""
    chinese, english = (
        {section.id: _whole(section, contract, template, lang, numbers) for section in template.texts[lang]}
        for lang in LANGUAGES
    )
    for rule in shared("parity")["rules"]:
        for key in chinese:
            if key in english:
                yield from _trap(rule, key, chinese[key], english[key].lower())


def _trap(rule: Mapping[str, object], where: str, chinese: str, said: str) -> Iterator[Problem]:
    args = {"rule": rule["id"], "why": rule["why"]}
    never = rule.get("never")
    if isinstance(never, dict):
        for lang, text in (("zh-Hans", chinese), ("en", said)):
            found = re.search(str(never[lang]), text) if lang in never else None
            if found:
                yield Problem("TEMPLATE-PARITY-02", where, {**args, "found": found[0]}, file=f"{lang}.md")
        return
    apart, unless = rule.get("apart"), rule.get("unless")
    looked = re.sub(str(apart), "", chinese) if apart else chinese
    found = re.search(str(rule["zh"]), looked)
    if not found:
        return
    needs = [str(word) for word in _list(rule.get("needs"))]
    if needs and not any(word in said for word in needs):
        yield Problem("TEMPLATE-PARITY-01", where, {**args, "found": found[0], "needs": needs}, file="en.md")
    if unless and re.search(str(unless), chinese):
        return
    for word in _list(rule.get("forbids")):
        if str(word) in said:
            yield Problem("TEMPLATE-PARITY-02", where, {**args, "found": word}, file="en.md")


def _list(value: object) -> list[object]:
    return list(value) if isinstance(value, list) else []


def _whole(section: Section, contract: Contract, template: Template, lang: str, numbers: Numbers) -> str:
    """The text as printed; a line on a sheet, or whose paths are wrong (which is said elsewhere), as it is written."""
    lines = []
    for line in (section.title, *section.lines):
        try:
            lines.append(fill(line, contract, template, lang, numbers) or "")
        except (UnprintableError, KeyError):
            lines.append(FIELD.sub("", line))
    return "\n".join(lines)


def _unused(template: Template) -> Iterator[Problem]:
    """Questions whose answer goes nowhere, and figures of the text that no text prints."""
    alternatives = {alternative.question for alternative in template.alternatives.values()}
    for question in template.questions:
        if question.id not in alternatives and not re.search(rf"\{{{re.escape(question.id)}[.}}]", template.terms):
            yield Problem("TEMPLATE-QUESTION-04", f"questions.{question.id}", file="template.toml")
    for key in template.fixed:
        for lang in LANGUAGES:
            if not any("{fixed." + key + "}" in line for section in template.texts[lang] for line in section.lines):
                yield Problem(
                    "TEMPLATE-FIGURE-02", f"fixed.{key}", {"figure": key, "language": lang}, file=f"{lang}.md"
                )
