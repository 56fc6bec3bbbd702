"""The settlement statement (结算单): who owes whom what, under which clause, by which working, in both languages."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

import locales
from contracts.papers.desk import Desk, shown
from contracts.papers.document import (
    Block,
    Box,
    Document,
    Entry,
    Heading,
    KeyFigure,
    KeyFigures,
    Note,
    Paragraph,
    Parties,
    Party,
    Signatory,
    Signature,
    TableBlock,
    Title,
    Words,
)
from contracts.papers.further import Further
from contracts.papers.numerals import capitals
from contracts.strips import rows
from core.assessment import Assessment, Other, Usage
from core.charges import Accrual
from core.explain import explain, explain_due, slice_line, strip
from core.liability import Liability
from core.money import Money
from core.terms import Contract, find

__all__ = ["statement", "statement_pdf"]

READINGS = ("EXPLAIN-DECIDED-01", "EXPLAIN-ASSUMED-01")
"""Said once for the whole statement, not under every charge that they touch."""


def statement_pdf(
    assessment: Assessment,
    contract: Contract,
    *,
    languages: Sequence[str] = ("zh-Hans", "en"),
    others: Sequence[Other] = (),
    ledger_head: str | None = None,
    files: Mapping[str, bytes] | None = None,
    font: str | os.PathLike[str] | None = None,
) -> bytes:
    """The statement as a PDF that carries `files` (contract.json, events.json, world.json, assessment.json)."""
    from contracts.papers.attach import attach
    from contracts.papers.typeset import render

    made = statement(assessment, contract, languages=languages, others=others, ledger_head=ledger_head)
    pdf = render(made, languages, font)
    return attach(pdf, files) if files else pdf


def statement(
    assessment: Assessment,
    contract: Contract,
    *,
    languages: Sequence[str] = ("zh-Hans", "en"),
    others: Sequence[Other] = (),
    ledger_head: str | None = None,
) -> Document:
    """Duty and due time, act, clause and working, maximum, caps, recourse, decisions, reserve, digests.

    That is the order of argument. `others` are the readings that were not taken (`core.assessment.others`);
    `ledger_head` is the head of the store's chain of events.
    """
    return _Statement(assessment, contract, tuple(languages), others, ledger_head).document()


class _Statement(Desk):
    """One statement on its way; every method gives the blocks of one section, none when it has nothing to say."""

    def __init__(
        self,
        assessment: Assessment,
        contract: Contract,
        languages: tuple[str, ...],
        others: Sequence[Other],
        ledger_head: str | None,
    ) -> None:
        super().__init__(assessment, contract, languages)
        self.others = others
        self.ledger_head = ledger_head
        self.ours = next((key for key, party in contract.parties.items() if party.ours), None)

    def document(self) -> Document:
        more = Further(self.assessment, self.contract, self.languages)
        sections = (
            self.table(), self.workings(), ("causes", more.causes()), self.limits(), self.recourse(),
            ("remarks", more.remarks()), ("claims", more.claims()), ("settlements", more.settlements()),
            ("ahead", more.ahead()), ("ending", more.ending()), ("rights", more.rights()),
            ("outside", more.outside()), ("flowdown", more.flowdown()), self.decisions(), self.counting(),
            self.open_points(),
        )  # fmt: skip
        numbered: list[Block] = []
        number = 0
        for key, blocks in sections:
            if blocks:
                number += 1
                numbered.append(Heading(self.say(f"papers.statement.{key}"), 1, f"{number}."))
                numbered += blocks
        title = self.say("papers.statement.title")
        return Document(
            title=title,
            number=self.contract.number,
            version=self.say("papers.statement.as-of-short", day=self.day(self.as_of)),
            blocks=(*self.opening(title), *numbered, *self.closing()),
        )

    # The head of the paper

    def opening(self, title: Words) -> list[Block]:
        known = self.assessment.known_at
        said = "papers.statement.known-at" if known else "papers.statement.known-all"
        lines = [
            self.say("papers.statement.of", title=self.titled(self.contract.title), number=self.contract.number),
            self.say("papers.statement.as-of", day=self.day(self.as_of)),
            self.say(said, moment=self.moment(known) if known else ""),
        ]
        return [Title(title, tuple(lines)), self.parties(), self.key_figures(), *self.sentences()]

    def parties(self) -> Block:
        made = []
        for party in self.contract.parties.values():
            facts: list[tuple[str, Words | str | None]] = [
                ("credit-code", party.credit_code),
                ("representative", party.legal_representative),
                ("address", self.named(party.address) if party.address else None),
            ]
            entries = tuple(Entry(self.say(f"papers.party.{key}"), value) for key, value in facts if value)
            made.append(Party(self.named(party.label), self.named(party.name), entries))
        return Parties(tuple(made))

    def key_figures(self) -> Block:
        """Owed to us and owed by us, still open; without a party of our own, what each owes each."""
        balances = self.assessment.balances
        figures: list[KeyFigure] = []
        if self.ours is None:
            figures = [KeyFigure(self.owes("papers.statement.owes", b), shown(b.open)) for b in balances[:3]]
            zero = shown(Money(0, self.assessment.currency))
            return KeyFigures(tuple(figures) or (KeyFigure(self.say("papers.statement.nothing"), zero),))
        for key, side in (("to-us", "creditor"), ("by-us", "debtor")):
            chosen = [b for b in balances if getattr(b, side) == self.ours]
            total = {name: sum(getattr(b, name).minor for b in chosen) for name in ("payable", "open", "due_now")}
            money = {name: shown(Money(minor, self.assessment.currency)) for name, minor in total.items()}
            note = self.say("papers.statement.of-which", payable=money["payable"], due_now=money["due_now"])
            label = self.say(f"papers.statement.{key}", us=self.who(self.ours))
            figures.append(KeyFigure(label, money["open"], note))
        return KeyFigures(tuple(figures))

    def sentences(self) -> list[Block]:
        """Each balance in words, in Chinese with capitals."""
        made: list[Block] = []
        for balance in self.assessment.balances:
            words = {}
            for language in self.languages:
                amount = shown(balance.open)
                if language.startswith("zh"):
                    amount = f"{capitals(balance.open.minor, balance.open.currency, language)}（{amount}）"
                words[language] = self.say(
                    "papers.statement.sentence", day=self.day(self.as_of), debtor=self.who(balance.debtor),
                    creditor=self.who(balance.creditor), amount=amount,
                )[language]  # fmt: skip
            made.append(Paragraph(words))
        return made

    # The sections

    def table(self) -> tuple[str, list[Block]]:
        columns = (
            self.column("clause", share=16), self.column("obligation", share=35), self.column("due", share=27),
            self.column("done", share=27), self.column("working", share=86), self.column("payable", "right", 42),
        )  # fmt: skip
        rows: list[tuple[Words | str, ...]] = []
        for accrual, owed in zip(self.assessment.charges, self.assessment.liabilities, strict=True):
            reasons = (*self.times(accrual), self.working(accrual, owed))
            rows.append((accrual.clause, self.obligation(accrual), *reasons, shown(owed.payable)))
        if not rows:
            return "table", [Paragraph(self.say("papers.statement.no-charges"))]
        totals = [
            ("", "", "", "", self.owes("papers.statement.total", b), shown(b.payable))
            for b in self.assessment.balances
        ]  # fmt: skip
        return "table", [TableBlock(columns, (*rows, *totals), totals=len(totals))]

    def obligation(self, accrual: Accrual) -> Words:
        """What was owed, with its id; for a loss or an event, its own id."""
        breach = self.breaches[accrual.breach]
        return self.entitled(breach.subject, breach.title)

    def times(self, accrual: Accrual) -> tuple[Words | str, Words | str]:
        """When it was due and when it was done, in the contract's zone; a clock shows its time."""
        breach = self.breaches[accrual.breach]
        if breach.kind != "late":
            return "", breach.at.isoformat() if breach.at else ""
        due = self._short(breach.due, breach.due_at if breach.clocked else None)
        done = self._short(breach.until, breach.until_at if breach.clocked else None)
        return due, self.say("papers.statement.not-yet", until=done) if breach.running else done

    def _short(self, day: date | None, instant: datetime | None) -> str:
        if instant is not None:
            return f"{instant.astimezone(self.zone):%Y-%m-%d %H:%M}"
        return day.isoformat() if day else ""

    def working(self, accrual: Accrual, owed: Liability) -> Words:
        """The slices, and what limits took off, in one cell."""
        said = [self.line(slice_line(accrual, part)) for part in accrual.slices]
        for reduction in owed.reductions:
            key = f"papers.statement.less.{reduction.kind.replace(' ', '-')}"
            said.append(self.say(key, amount=shown(reduction.amount), clause=reduction.clause))
        if accrual.waived:
            said.append(self.say("papers.statement.waived"))
        return self.lines(said)

    def workings(self) -> tuple[str, list[Block]]:
        """Each charge line by line, in the order in which it is argued."""
        blocks: list[Block] = []
        columns = (self.column("clause", share=5), self.column("reason", share=33), self.column("amount", "right", 11))
        counted: set[str] = set()
        for accrual in self.assessment.charges:
            lines = [
                (line.clause, self.line(line), shown(line.amount) if line.amount else "")
                for line in explain(self.assessment, accrual.id)
                if line.code not in READINGS
            ]
            heading = self.say(
                "papers.statement.charge", subject=self.obligation(accrual), id=accrual.id,
                debtor=self.who(accrual.debtor), creditor=self.who(accrual.creditor),
            )  # fmt: skip
            blocks.append(Heading(heading, 2))
            if accrual.subject in self.obligations and accrual.subject not in counted:
                counted.add(accrual.subject)
                blocks += self.days(accrual.subject)
            blocks.append(TableBlock(columns, tuple(lines)))
        return "workings", blocks

    def days(self, subject: str) -> list[Block]:
        """How a due time was counted: its steps, and the days one by one or in runs that are alike."""
        obligation = self.obligations[subject]
        blocks: list[Block] = [Note(self.reason(step)) for step in explain_due(obligation)]
        runs = strip(obligation.due)
        if runs:
            columns = (self.header("days", share=5), self.header("counted", share=9))
            faces = {language: rows(runs, language) for language in self.languages}
            listed = tuple(
                (
                    faces[self.languages[0]][at].days,
                    {language: f"{face[at].sign} {face[at].said}" for language, face in faces.items()},
                )
                for at in range(len(runs))
            )
            blocks.append(TableBlock(columns, listed))
        return blocks

    def limits(self) -> tuple[str, list[Block]]:
        columns = (
            self.column("clause", share=7), self.column("limit-of", share=24), self.column("limit", "right", 16),
            self.column("used", "right", 16), self.column("headroom", "right", 16), self.column("beyond", "right", 16),
        )  # fmt: skip
        rows = [
            (
                cap.clause,
                f"{cap.cap} {cap.window}".strip(),
                *map(shown, (cap.limit, cap.used, cap.headroom, cap.beyond)),
            )
            for cap in self.assessment.caps
        ]
        return "limits", [TableBlock(columns, tuple(rows))] if rows else []

    def recourse(self) -> tuple[str, list[Block]]:
        columns = (
            self.column("recourse-for", share=17), self.column("third", share=20),
            self.column("loss", "right", 16), self.column("within", "right", 16),
            self.column("excess", "right", 16), self.column("recourse", "right", 16),
        )  # fmt: skip
        rows: list[tuple[Words | str, ...]] = [
            (made.charge, self.who(made.debtor), *map(shown, (made.loss, made.within, made.excess, made.amount)))
            for made in self.assessment.recourses
        ]
        note = Note(self.say("papers.statement.recourse-note"))
        return "recourse", [TableBlock(columns, tuple(rows)), note] if rows else []

    def decisions(self) -> tuple[str, list[Block]]:
        blocks: list[Block] = []
        for index, decided in enumerate(self.assessment.decided, 1):
            key = "papers.statement.assumed" if decided.assumed else "papers.statement.decided"
            words = self.say(
                key, about=self.about(decided.about), takes=self._takes(decided.takes), why=decided.why, by=decided.by,
                day=self.day(decided.on) if decided.on else "",
            )  # fmt: skip
            blocks.append(Paragraph(words, f"({index})"))
            blocks += [self._other(other) for other in self.others if other.about == decided.about]
        return "decisions", blocks

    def _takes(self, value: object) -> Words:
        return {lang: voice.takes(value) for lang, voice in self.voices.items()}

    def about(self, path: str) -> str:
        """The clause that a path of terms belongs to, with the path."""
        found: Any = None
        for end in range(path.count("."), 0, -1):
            try:
                found = find(self.contract, ".".join(path.split(".")[: end + 1]))
            except LookupError:
                continue
            if clause := getattr(found, "clause", None):
                return f"{clause} ({path})"
        return path

    def _other(self, other: Other) -> Block:
        """The figure under a reading that was not taken, so that nobody is surprised by it."""
        words = self.say("papers.statement.other", takes=other.takes, sums=self._sums(other))
        return Paragraph(words, level=1)

    def _sums(self, other: Other) -> Words:
        parts: dict[str, list[str]] = {language: [] for language in self.languages}
        for balance in other.balances:
            said = self.owes("papers.statement.owes", balance)
            for language in self.languages:
                parts[language].append(f"{said[language]} {shown(balance.payable)}")
        return {language: locales.speak(language, found) for language, found in parts.items()}

    def counting(self) -> tuple[str, list[Block]]:
        columns = (self.column("convention", share=10), self.column("origin", share=5))
        rows = [(self._usage(usage), self._origin(usage)) for usage in self.assessment.usages]
        return "counting", [TableBlock(columns, tuple(rows))] if rows else []

    def _usage(self, usage: Usage) -> Words:
        """A sentence for the conventions that matter daily; for any other its name and value."""
        key = f"papers.usage.{usage.knob}.{_slug(usage.value)}"
        return self.say(key) if locales.has(key) else self.say("papers.usage", knob=usage.knob, value=usage.value)

    def _origin(self, usage: Usage) -> Words | str:
        key = f"origin.{usage.origin}"
        return self.say(key) if locales.has(key) else usage.origin

    def open_points(self) -> tuple[str, list[Block]]:
        """What the contract must still decide: the figures it touches are not in this paper."""
        blocks: list[Block] = []
        for index, problem in enumerate(self.assessment.problems, 1):
            where = f"{problem.where}: " if problem.where else ""
            said = {
                language: f"{where}{locales.words(language, problem.code, **problem.args)} [{problem.code}]"
                for language in self.languages
            }
            blocks.append(Paragraph(said, f"({index})"))
        return "open", blocks

    def closing(self) -> list[Block]:
        """The reserve (stating principal and interest may otherwise waive the charge), the digests, the signatures."""
        found = self.assessment
        proof = [
            ("contract", found.contract_digest), ("events", found.events_digest), ("world", found.world_digest),
            ("semantics", str(found.semantics)),
        ]  # fmt: skip
        if self.ledger_head:
            proof.append(("ledger", self.ledger_head))
        columns = (self.column("proof", share=3), self.column("digest", share=9))
        rows = [(self.say(f"papers.proof.{key}"), value) for key, value in proof]
        return [
            Box((Paragraph(self.say("papers.statement.reserve"), emphasis="bold"),)),
            Heading(self.say("papers.statement.proof"), 2),
            TableBlock(columns, tuple(rows)),
            Note(self.say("papers.statement.check")),
            Note(self.say("papers.statement.no-advice")),
            Signature(tuple(
                Signatory(self.named(party.label), self.named(party.name)) for party in self.contract.parties.values()
            )),
        ]  # fmt: skip


def _slug(value: str) -> str:
    return "-".join("".join(char if char.isalnum() else " " for char in value).split())
