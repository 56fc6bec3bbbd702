"""The paper of a contract: parties, clauses in level columns, signatures, and each annex on a page of its own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from itertools import groupby

import msgspec

from contracts.papers.document import (
    Block,
    Box,
    Document,
    Entry,
    Heading,
    PageBreak,
    Paragraph,
    Parties,
    Party,
    Signatory,
    Signature,
    Title,
    Words,
)
from contracts.papers.wording import wording
from core.terms import Clause, Contract, Text
from core.terms import Party as PartyTerms

__all__ = ["Sheet", "contract_paper"]

_ITEM = re.compile(r"(（\d+）|\(\d+\)) ?(.*)", re.DOTALL)


class Sheet(msgspec.Struct, frozen=True):
    """An annex's own page: its title, and rows of what it is and what the contract says of it."""

    annex: str
    title: Words
    rows: tuple[tuple[Words, Words], ...] = ()


def contract_paper(
    contract: Contract, clauses: Sequence[Clause], sheets: Sequence[Sheet], languages: Iterable[str]
) -> Document:
    """The whole paper, in `languages`; `clauses` carry their words in each of them."""
    tags = tuple(languages)
    title = _in(_both_scripts(contract.title), tags)
    blocks: list[Block] = [Title(title, _title_lines(contract, tags)), _parties(contract, tags)]
    for clause_or_article in _articles(clauses):
        blocks += _article(clause_or_article, tags)
    blocks.append(Signature(tuple(_signatory(party, tags) for party in contract.parties.values())))
    for number, sheet in enumerate(sheets, 1):
        blocks += _sheet(number, sheet, tags)
    return Document(title=title, blocks=tuple(blocks), number=contract.number)


def _title_lines(contract: Contract, tags: tuple[str, ...]) -> tuple[Words, ...]:
    from contracts.papers.numerals import spoken_day

    signed = {tag: spoken_day(contract.signed, tag) if contract.signed else "________" for tag in tags}
    return (
        wording(tags, "papers.number", number=contract.number),
        wording(tags, "drafting.signed", day=signed),
        wording(tags, "drafting.signed-at", place="________"),
    )


def _parties(contract: Contract, tags: tuple[str, ...]) -> Parties:
    return Parties(
        tuple(
            Party(_in(party.label, tags), _in(party.name, tags), _particulars(party, tags))
            for party in contract.parties.values()
        )
    )


def _particulars(party: PartyTerms, tags: tuple[str, ...]) -> tuple[Entry, ...]:
    """What identifies a party and where it is reached; what is not yet known is a visible blank."""
    address = _in(party.address, tags) if party.address else "________"
    size: Words | str = (
        wording(tags, f"drafting.size.{party.size}")
        if party.size in ("micro", "small", "medium", "large")
        else "________"
    )
    values: tuple[tuple[str, Words | str], ...] = (
        ("credit-code", party.credit_code or "________"), ("representative", party.legal_representative or "________"),
        ("address", address), ("contact", "________"), ("phone", party.phone or "________"),
        ("email", party.email or "________"), ("size", size),
    )  # fmt: skip
    return tuple(Entry(wording(tags, f"drafting.{label}"), value) for label, value in values)


def _articles(clauses: Iterable[Clause]) -> list[list[Clause]]:
    """Each heading with the clauses below it."""
    articles: list[list[Clause]] = []
    for clause in clauses:
        if clause.level == 1 or not articles:
            articles.append([])
        articles[-1].append(clause)
    return articles


def _article(article: Sequence[Clause], tags: tuple[str, ...]) -> list[Block]:
    blocks: list[Block] = []
    for conspicuous, group in groupby(article[1:], key=lambda clause: clause.conspicuous):
        paragraphs = [paragraph for clause in group for paragraph in _paragraphs(clause, tags)]
        blocks += [Box(tuple(paragraphs))] if conspicuous else paragraphs
    heading = article[0]
    return [Heading(_words(heading, tags), 1, heading.number), *blocks]


def _paragraphs(clause: Clause, tags: tuple[str, ...]) -> list[Paragraph]:
    """A clause line by line, so that both columns stay level; its number hangs at the first line."""
    lines = {tag: words.split("\n") for tag, words in _words(clause, tags).items()}
    size = max(len(each) for each in lines.values())
    emphasis = "bold" if clause.conspicuous else "plain"
    made = []
    for index in range(size):
        said = {tag: each[index] if index < len(each) else "" for tag, each in lines.items()}
        items = {tag: _ITEM.fullmatch(text) for tag, text in said.items()}
        if all(items.values()):
            number = {tag: found[1] for tag, found in items.items() if found}
            words = {tag: found[2] for tag, found in items.items() if found}
            made.append(Paragraph(words, number, 1, emphasis))  # type: ignore[arg-type]  # one of two literals
        else:
            made.append(Paragraph(said, clause.number if index == 0 else "", 0 if index == 0 else 1, emphasis))  # type: ignore[arg-type]
    return made


def _sheet(number: int, sheet: Sheet, tags: tuple[str, ...]) -> list[Block]:
    from contracts.papers.numerals import ordinal

    name = wording(
        tags, "drafting.annex", number={tag: str(number) if tag == "en" else ordinal(number) for tag in tags}
    )
    blocks: list[Block] = [
        PageBreak(),
        Heading({tag: f"{name[tag]}{'　' if tag != 'en' else '  '}{sheet.title[tag]}" for tag in tags}, 1),
    ]
    for label, value in sheet.rows:
        blocks += [Heading(label, 3), Paragraph(value)] if all(label.values()) else [Paragraph(value)]
    return blocks


def _signatory(party: PartyTerms, tags: tuple[str, ...]) -> Signatory:
    return Signatory(_in(party.label, tags), _in(party.name, tags))


def _words(clause: Clause, tags: tuple[str, ...]) -> Words:
    return {tag: clause.words[tag] for tag in tags}


def _in(text: Text, tags: tuple[str, ...]) -> Words:
    """A name or title in each language; it is never converted between scripts where it is registered."""
    return {tag: _nearest(text, tag) for tag in tags}


def _both_scripts(text: Text) -> Text:
    """A title, unlike a name, is a word of the language: Traditional script where only Simplified is given."""
    from locales import convert_hant

    return {"zh-Hant": convert_hant(text["zh-Hans"]), **text} if "zh-Hans" in text else text


def _nearest(text: Text, tag: str) -> str:
    for candidate in (tag, "zh-Hans" if tag.startswith("zh") else "en", "*", "zh-Hans", "en"):
        if candidate in text:
            return text[candidate]
    return next(iter(text.values()), "________")
