"""What happened: events as recorded facts, and the kinds the core knows."""

from collections.abc import Iterable
from datetime import date, datetime

import msgspec

from core.counting.values import Period
from core.money import Money

__all__ = ["KINDS", "SPANS", "Event", "gone"]

KINDS: dict[str, str] = {
    "delivered": "performance",
    "accepted": "performance",
    "rejected": "performance",
    "starts": "performance",
    "ends": "performance",
    "demanded": "performance",
    "session held": "performance",
    "extended": "performance",
    "excused": "performance",
    "input late": "performance",
    "shared cause": "performance",
    "waiting for client": "performance",
    "paid": "money",
    "invoiced": "money",
    "loss proven": "money",
    "set off": "money",
    "designated": "money",
    "refused": "money",
    "costs proven": "money",
    "drawn": "money",
    "refunded": "money",
    "recovered": "money",
    "ended early": "money",
    "failed": "performance",
    "chosen": "claims",
    "reconciled": "claims",
    "acknowledged": "claims",
    "sued": "claims",
    "reminded": "claims",
    "notified": "claims",
    "claimed": "claims",
    "disputed": "claims",
    "agreed": "claims",
    "waived": "claims",
    "settled": "claims",
    "exercised": "claims",
    "signed": "contract",
    "notified in writing": "contract",
    "consents": "contract",
    "involvement requested": "contract",
    "involvement answered": "contract",
    "agreement signed": "contract",
    "agreement reviewed": "contract",
    "end told": "contract",
    "account settled": "contract",
    "cost incurred": "money",
    "own fault found": "money",
    "fault alleged": "money",
    "fault admitted": "money",
    "fault found": "money",
    "fault not found": "money",
    "terminated": "contract",
    "renewal refused": "contract",
    "scored": "measures",
    "corrected": "record",
    "withdrawn": "record",
}
"""Kinds of event in core and their area; a contract or sector adds its own under `event_kinds`."""

SPANS = frozenset({"excused", "input late", "shared cause", "waiting for client", "refused"})
"""Kinds that last: they carry `from` and `to` instead of `at`."""


class Event(
    msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True, rename={"from_": "from", "for_": "for"}, gc=False
):
    """One recorded fact. Happening and recording are different instants.

    `at` is a bare date (the whole day, in the contract's zone) or an instant; spans have `from`/`to` instead.
    `site` says where; a span may say when it was `announced`, `reported` or `detected`.
    An extension is `until` a day, or `for` a length.
    `of` names an obligation, charge, amendment or scorecard; `about` names a case (one complaint); `by` who acted or
    caused; `sent` and `valued` are a payment's other days (KNOBS `payment_date`); `recorded` is None where it was
    recorded when it happened; `corrects` names the event that this one replaces.
    """

    what: str
    id: str
    of: str | None = None
    about: str | None = None
    by: str | None = None
    at: date | datetime | None = None
    from_: date | datetime | None = None
    to: date | datetime | None = None
    recorded: date | datetime | None = None
    channel: str | None = None
    received: date | datetime | None = None
    refused: date | datetime | None = None
    amount: Money | None = None
    value: str | None = None
    fault: str | None = None
    person: str | None = None
    cause: str | None = None
    head: str | None = None
    item: str | None = None
    until: date | None = None
    for_: Period | None = None
    corrects: str | None = None
    sent: date | datetime | None = None
    valued: date | datetime | None = None
    site: str | None = None
    announced: date | datetime | None = None
    reported: date | datetime | None = None
    detected: date | datetime | None = None
    evidence: str | None = None
    note: str | None = None


def gone(events: Iterable[Event]) -> frozenset[str]:
    """Ids of events that others corrected or withdrew. A withdrawal that is itself withdrawn or corrected does nothing,
    nor does a correction that is withdrawn: what it was about stands again. Nothing corrects or withdraws itself.
    """
    listed = tuple(events)
    withdraws = {e.id for e in listed if e.what == "withdrawn"}
    aims = [(e.id, e.of, True) for e in listed if e.what == "withdrawn"]
    aims += [(e.id, e.corrects, False) for e in listed]
    edits = [(one, aim, taken) for one, aim, taken in aims if aim and aim != one]
    against: dict[str, list[str]] = {one: [] for one, _, _ in edits}
    for one, aim, taken in edits:
        if aim in against and (taken or aim in withdraws):
            against[aim].append(one)
    acts: dict[str, bool] = {}
    while known := [one for one, by in against.items() if one not in acts and all(other in acts for other in by)]:
        acts.update({one: not any(acts[other] for other in against[one]) for one in known})
    return frozenset(aim for one, aim, _ in edits if aim and acts.get(one, True))  # in a circle all of it counts
