"""Due times of one debtor's duties: on a date, so long after or before an event, or in a window of a series."""

from datetime import date, datetime, timedelta

import msgspec

from core.duties.series import Window
from core.periods import (
    Basis,
    Calendar,
    Due,
    Period,
    add,
    announced,
    fixed,
    is_provisional,
    local_date,
    nth_working_day,
    to_instant,
)
from core.periods import Step as Counted
from core.problems import Problem
from core.record import Moment, Record
from core.terms import DueRule

__all__ = ["DueTimes"]


class DueTimes:
    """What a due rule comes to, by the calendar of the party that owes; what cannot be counted is a question."""

    def __init__(self, record: Record, calendar: Calendar) -> None:
        self.record = record
        self.calendar = calendar
        # Day counts look at the time of day of their event only where one of these asks for it.
        kept = record.counting.landing_clock == "clock kept"
        self.by_the_clock = kept or record.counting.cut_off not in {None, "none"}
        self.counted: dict[tuple[Moment, Period, bool, bool], Due | Problem] = {}
        """Due times by what they hang on: many obligations hang on the same day by the same period."""

    def on(self, said: date | datetime, where: str, *, before: bool = False) -> Due | None:
        """On a date or at a time; "before" a date is the end of the day before it (KNOBS `limit_words`)."""
        record = self.record
        if isinstance(said, datetime):
            return self._at(said, where)
        if before and record.counting.limit_words != "all include the day":
            day = said - timedelta(days=1)
            return Due(day, None, day, (Counted("DUE-BEFORE-02", {"date": said}),), rolls=False)
        silent = record.counting.roll_fixed_dates is None and record.counting.roll not in {None, "none"}
        if silent and self.calendar.is_rest(said):
            record.ask("roll_fixed_dates", where, date=said)
        return self._announced(fixed(said, record.counting, self.calendar), where)

    def _announced(self, due: Due | Problem, where: str) -> Due | None:
        """The due time, unless it hangs on a year without notice and the contract wants no such answer."""
        due = announced(due, self.record.counting, self.calendar)
        if isinstance(due, Problem):
            self.record.question(msgspec.structs.replace(due, where=where))
            return None
        return due

    def _at(self, said: datetime, where: str) -> Due | None:
        record, knobs = self.record, self.record.counting.more
        gap, fold = knobs.get("dst_gap", ""), knobs.get("dst_fold", "")
        instant = said if said.tzinfo else to_instant(said, record.zone, gap=gap, fold=fold)
        if isinstance(instant, Problem):
            record.question(msgspec.structs.replace(instant, where=where))
            return None
        day = local_date(instant, record.zone)
        return Due(day, instant, day, (Counted("COUNT-FIXED-03", {"due": instant}),), rolls=False)

    def after(self, rule: DueRule, anchor: Moment, where: str) -> Due | None:
        """`period` after (before) the anchor; without a period: before the anchor itself."""
        if rule.period is None:
            return self._before(anchor)
        exact = rule.period.needs_time or self.by_the_clock
        start = anchor if exact else Moment(anchor.day, None)
        key = (start, rule.period, rule.before, rule.at_least)
        if key not in self.counted:
            self.counted[key] = add(
                start.instant or start.day,
                rule.period,
                self.record.counting,
                self.calendar,
                before=rule.before,
                at_least=rule.at_least,
            )
        return self._announced(self.counted[key], where)

    def _before(self, anchor: Moment) -> Due:
        """Before an event itself: before its instant, or by the end of the day before (KNOBS `before_start`)."""
        if anchor.instant is not None and self.record.counting.before_start != "by the day before":
            step = Counted("DUE-BEFORE-01", {"due": anchor.instant})
            return Due(anchor.day, anchor.instant, anchor.day, (step,), rolls=False)
        day = anchor.day - timedelta(days=1)
        basis = self._basis(anchor.day, Period(1, "day"), day, before=True)
        return Due(day, None, day, (Counted("DUE-BEFORE-02", {"date": anchor.day}),), rolls=False, basis=basis)

    def within(self, rule: DueRule, window: Window, before: Due | None = None) -> Due | None:
        """The due time in one window; `before` is that of the window before (KNOBS `roll_series`)."""
        last = window.after - timedelta(days=1)
        if rule.period is not None:
            return self.after(DueRule(period=rule.period), Moment(last, None), "")
        by = rule.by or "last day"
        if by == "last working day":
            return self._nth_working_day(window, -1, "DUE-LASTWORK-01")
        if by.startswith("working day "):
            return self._nth_working_day(window, int(by.removeprefix("working day ")), "DUE-NTHWORK-01")
        if by == "last day":
            return self.on(last, window.id)
        number = int(by.removeprefix("day "))
        if before is not None and self.record.counting.of("roll_series") == "next from rolled":
            number = before.day.day
        return self.on(min(window.first + timedelta(days=number - 1), last), window.id)

    def _nth_working_day(self, window: Window, n: int, code: str) -> Due | None:
        last = window.after - timedelta(days=1)
        day = nth_working_day(window.first, last, n, self.calendar)
        if day is None:
            return None
        edge, length = (window.first, Period(n, "working day")) if n > 0 else (last, Period(-n, "working day"))
        basis = self._basis(edge, length, day, before=n < 0, inside=True)
        steps = [Counted(code, {"date": day, "window": window.id})]
        provisional = is_provisional(edge, day, self.calendar, steps)
        return self._announced(Due(day, None, day, tuple(steps), provisional, basis=basis), window.id)

    def _basis(
        self, anchor: date, length: Period, last: date, *, before: bool = False, inside: bool | None = None
    ) -> Basis:
        return Basis(
            anchor=anchor,
            period=length,
            counting=self.record.counting,
            calendar=self.calendar,
            before=before,
            inside=inside,
            last=last,
        )
