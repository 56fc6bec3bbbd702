"""The sections of a statement that stand with its charges: causes, remarks, claims, periods, rights, the end, third
parties.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date

from contracts.papers.desk import Desk, shown
from contracts.papers.document import Block, Heading, Note, Paragraph, TableBlock, Words
from contracts.papers.outside import compared
from contracts.papers.standing import Held, changed, held, moved
from core.claims import Claim
from core.explain import explain_ahead
from core.life.ending import Ended
from core.life.flowdown import flow_down
from core.life.involvement import Involved
from core.life.settlements import Settlement
from core.money import Money

__all__ = ["Further"]

Cell = Words | str
SUMS = ("paid", "waived", "disputed", "lapsed", "returned", "credited", "refunded", "settled", "difference", "over")
"""What may have become of a claim, in the order in which it is read."""


class Further(Desk):
    """Every method gives the blocks of one section, none when it has nothing to say."""

    def causes(self) -> list[Block]:
        """One fact behind several charges, with the larger head and the top-up."""
        columns = (
            self.header("cause", share=20), self.header("charges", share=26),
            *(self.header(key, "right", 17) for key in ("agreed", "loss", "larger", "top-up")),
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = []
        for cause in self.assessment.causes:
            name: Cell = cause.id
            if cause.counted:
                taken = self.coded("against", cause.counted)
                name = {language: f"{cause.id}\n{taken[language]}" for language in self.languages}
            sums = map(shown, (cause.agreed, cause.loss, cause.larger, cause.top_up))
            rows.append((name, "\n".join(cause.charges), *sums))
        return [TableBlock(columns, tuple(rows)), Note(self.page("cause.hint"))] if rows else []

    def remarks(self) -> list[Block]:
        """Each remark once, with all that it is about."""
        about: dict[tuple[str, ...], list[str]] = {}
        said: dict[tuple[str, ...], Words] = {}
        for remark in self.assessment.beside:
            words = self.reason(remark)
            key = tuple(words.values())
            said[key] = words
            about.setdefault(key, []).append(remark.about)
        columns = (self.header("about", share=3), self.header("remark", share=9))
        rows = tuple((", ".join(about[key]), said[key]) for key in said)
        return [TableBlock(columns, rows), Note(self.say("papers.statement.remarks-note"))] if rows else []

    def claims(self) -> list[Block]:
        """Only claims that someone moved, or time: notified, disputed, waived, paid, lapsed, credited."""
        columns = (
            self.column("charge", share=26), self.column("state", share=26), self.header("off", share=26),
            self.column("open", "right", 20), self.header("due-now", "right", 20),
        )  # fmt: skip
        rows = [self._claim(claim) for claim in moved(self.assessment)]
        return [TableBlock(columns, tuple(rows))] if rows else []

    def _claim(self, claim: Claim) -> tuple[Cell, ...]:
        since = f" {claim.since.isoformat()}" if claim.since else ""
        state = [{language: f"{text}{since}" for language, text in self.coded("claim", claim.state).items()}]
        if claim.last:
            state.append(self.page("claim.last", day=claim.last))
        sums = [(name, getattr(claim, name)) for name in SUMS]
        off = [self.page(f"claim.sum.{name}", amount=money) for name, money in sums if money and money.minor]
        due = [dict.fromkeys(self.languages, shown(claim.due_now))]
        if claim.due:
            due.append(self.page("claim.due", day=claim.due))
        return claim.id, self.lines(state), self.lines(off), shown(claim.open), self.lines(due)

    def settlements(self) -> list[Block]:
        """The periods whose fee a charge changes, and what all periods come to."""
        listed = self.assessment.settlements
        if not listed:
            return []
        columns = (
            self.header("period", share=26), self.header("fee", "right", 18), self.header("deductions", share=34),
            *(self.header(key, "right", 18) for key in ("pay", "paid", "left")),
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = [self._settlement(one) for one in changed(self.assessment)]
        totals = [self._total(currency) for currency in dict.fromkeys(one.fee.currency for one in listed)]
        return [TableBlock(columns, (*rows, *totals), totals=len(totals)), Note(self.page("settlement.hint"))]

    def _total(self, currency: str) -> tuple[Cell, ...]:
        """All periods of one currency: sums of different ones are never mixed."""
        listed = [one for one in self.assessment.settlements if one.fee.currency == currency]
        fee, pay, paid, left = (
            shown(Money(sum(getattr(one, key).minor for one in listed), currency))
            for key in ("fee", "pay", "paid", "left")
        )
        return self.page("settlement.all", count=len(listed)), fee, "", pay, paid, left

    def _settlement(self, one: Settlement) -> tuple[Cell, ...]:
        parts = [f"− {shown(money)} {name}" for name, money in one.deductions.items()]
        parts += [f"+ {shown(money)} {name}" for name, money in one.bonuses.items()]
        said = [dict.fromkeys(self.languages, part) for part in parts]
        waits = self.coded("claim", "disputed")
        for name, money in one.waiting.items():
            said.append({language: f"({shown(money)}) {name}: {word}" for language, word in waits.items()})
        pay = [dict.fromkeys(self.languages, shown(one.pay))]
        if one.tax.minor:
            pay.append(self.page("settlement.tax", net=one.net, tax=one.tax))
        paid = [dict.fromkeys(self.languages, shown(one.paid))]
        if one.set_off.minor:
            paid.append(self.page("settlement.set-off", amount=one.set_off))
        period = f"{one.obligation}\n{one.first} – {one.last}"
        return period, shown(one.fee), self.lines(said), self.lines(pay), self.lines(paid), shown(one.left)

    def ahead(self) -> list[Block]:
        """Deposits, security and what goes back of prepaid things."""
        return [Paragraph(self.reason(line)) for line in explain_ahead(self.assessment)]

    def rights(self) -> list[Block]:
        """Rights by their last day; limitations that run for years are only counted."""
        listed = held(self.assessment)
        far = [one for one in listed if one.far and one.state == "open"]
        rows = [self._right(one) for one in listed if one not in far]
        columns = (
            self.header("last-day", share=16), self.header("right", share=44), self.header("whose", share=22),
            self.header("since", share=16), self.header("state", share=14), self.header("clause", share=12),
        )  # fmt: skip
        blocks: list[Block] = [TableBlock(columns, tuple(rows))] if rows else []
        if far:
            first = far[0].right.lapses
            blocks.append(Paragraph(self.page("right.only", count=len(far), day=first)))
        return blocks

    def _right(self, one: Held) -> tuple[Cell, ...]:
        right = one.right
        about = right.args.get("breach") or right.args.get("charge")
        said = self.coded("right", right.kind)
        if about:
            said = {language: f"{text}\n{about}" for language, text in said.items()}
        last: Cell = right.lapses.isoformat() if right.lapses else self.page("right.never")
        return (
            last,
            said,
            self.who(right.holder),
            right.opened.isoformat(),
            self.page(f"right.{one.state}"),
            right.clause,
        )

    def ending(self) -> list[Block]:
        """The end as recorded: day, notice, ground, what follows, lives on and goes back."""
        end = self.assessment.ending
        if end is None:
            return []
        first = [self.page("end.day", day=end.day), self.page("end.received", day=end.received)]
        if end.ground:
            first.append(self.page("end.ground", ground=end.ground))
        blocks: list[Block] = [Paragraph(self.lines(first))]
        if end.rightful is False:
            blocks.append(Paragraph(self.say("text.ending-wrong", ground=end.ground), emphasis="bold"))
        elif end.rightful:
            blocks.append(Paragraph(self.page("end.rightful")))
        return [*blocks, *self._following(end)]

    def _following(self, end: Ended) -> Iterable[Block]:
        if end.follows:
            columns = (
                self.header("follows", share=5), self.header("owed-by", share=3), self.header("due", share=2),
                self.header("done", share=2),
            )  # fmt: skip
            yield TableBlock(columns, tuple(self._duty(name) for name in end.follows))
        if end.survives:
            lasts = {lang: voice.lasts(end.survives) for lang, voice in self.voices.items()}
            yield Paragraph(self._titled("end.survives", lasts))
        for fee in end.fees:
            said = self.say("text.ending-fee", id=fee.obligation, days=fee.days, of=fee.of, amount=fee.amount)
            yield Paragraph(self._titled("end.fees", said))
        for back in end.back:
            pair = self.say("papers.statement.owes", debtor=self.who(back.debtor), creditor=self.who(back.creditor))
            said = {lang: f"{words} {shown(back.amount)} ({back.payment})" for lang, words in pair.items()}
            yield Paragraph(self._titled("end.back", said))

    def _titled(self, key: str, said: Words) -> Words:
        colon, title = self.say("papers.colon"), self.page(key)
        return {language: f"{title[language]}{colon[language]}{text}" for language, text in said.items()}

    def _duty(self, name: str) -> tuple[Cell, ...]:
        duty = self.obligations[name]
        days = (_iso(duty.due.day if duty.due else None), _iso(duty.done.day if duty.done else None))
        return self.entitled(name, duty.title), self.who(duty.owed_by), *days

    def outside(self) -> list[Block]:
        """How far each third party has come, and how its costs are shared."""
        return [block for one in self.assessment.involvements for block in self._involved(one)]

    def _involved(self, one: Involved) -> Iterable[Block]:
        signs = self.page("outside.signs" if one.signs else "outside.signs-not")
        yield Heading({lang: f"{name} · {signs[lang]}" for lang, name in self.who(one.id).items()}, 2)
        columns = (
            self.header("stage", share=4), self.header("owed-by", share=4), self.header("due", share=3),
            self.header("done", share=3), self.header("state", share=4),
        )  # fmt: skip
        rows: list[tuple[Cell, ...]] = []
        for stage in one.stages:
            state = self.say(f"stage-state.{stage.state.replace(' ', '-')}")
            if stage.missing:
                state = {lang: f"{text} ({self.voices[lang].lacking(stage.missing)})" for lang, text in state.items()}
            rows.append((self.say(f"stage.{stage.what}"), self.who(stage.by), _iso(stage.due), _iso(stage.done), state))
        yield TableBlock(columns, tuple(rows)) if rows else Note(self.page("outside.nothing"))
        if one.costs:
            sums = (self.header("who"), *(self.header(key, "right") for key in ("share", "paid", "owes")))
            costs: list[tuple[Cell, ...]] = [
                (self.who(cost.party), *map(shown, (cost.share, cost.paid, cost.owes))) for cost in one.costs
            ]
            yield TableBlock(sums, tuple(costs))

    def flowdown(self) -> list[Block]:
        """Each promise to the client beside what the third party promised, with the gaps and what to do about them."""
        blocks: list[Block] = []
        columns = (
            self.header("promise", share=3), self.header("our-side", share=5), self.header("their-side", share=5),
            self.header("gap", share=4),
        )  # fmt: skip
        for flow in flow_down(self.contract):
            blocks.append(Heading({lang: f"{flow.to} · {name}" for lang, name in self.who(flow.third).items()}, 2))
            faces = {lang: compared(flow, voice) for lang, voice in self.voices.items()}
            rows = zip(*faces.values(), strict=True)
            blocks.append(TableBlock(columns, tuple(self._row(faces, row) for row in rows)))
            blocks += [Note(self.reason(warning)) for warning in flow.warnings]
        return blocks

    def _row(self, faces: Iterable[str], row: tuple[tuple[str, ...], ...]) -> tuple[Cell, ...]:
        return tuple(dict(zip(faces, cell, strict=True)) for cell in zip(*row, strict=True))


def _iso(day: date | None) -> str:
    return day.isoformat() if day else "—"
