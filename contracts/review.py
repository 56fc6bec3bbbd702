"""Reviews a contract by its terms: what courts cut, what binds nobody, what is left open; each finding with its source.

Nothing here alters a figure. A finding says how sure its source is: A read in the official text, B in a secondary one,
C general knowledge, U courts disagree.
"""

import re
from collections.abc import Iterator
from datetime import timedelta
from fractions import Fraction
from typing import Any, NamedTuple

from contracts.spoken import percent
from core.money import Money
from core.problems import Problem
from core.terms import Charge, Contract, Payment, Rule, Share, Text

__all__ = ["BASES", "Basis", "priced", "review"]


class Basis(NamedTuple):
    """How grave a finding is ("error", "warning", "advice"), where it comes from, and how sure that is."""

    weight: str
    source: Text
    confidence: str


_CODE = {"zh-Hans": "民法典第{0}条", "en": "Civil Code art. {0}"}
_INTERPRETED = {"zh-Hans": "合同编通则解释第{0}条", "en": "Interpretation on Contracts (2023) art. {0}"}
_OWN = {"zh-Hans": "实务", "en": "practice"}


def _cited(law: Text, articles: str) -> Text:
    return {tag: words.format(articles) for tag, words in law.items()}


BASES: dict[str, Basis] = {
    "REVIEW-DISPUTE-01": Basis(
        "error",
        {
            "zh-Hans": "仲裁法解释第7条；仲裁法第27条",
            "en": "Interpretation on Arbitration art. 7; Arbitration Law art. 27",
        },
        "A",
    ),
    "REVIEW-DISPUTE-02": Basis("advice", {"zh-Hans": "民事诉讼法第35条", "en": "Civil Procedure Law art. 35"}, "A"),
    "REVIEW-CAP-01": Basis("advice", _cited(_CODE, "506"), "A"),
    "REVIEW-CAP-02": Basis("warning", _OWN, "C"),
    "REVIEW-DUE-01": Basis("advice", _cited(_CODE, "511(4)"), "A"),
    "REVIEW-DUE-02": Basis("warning", _cited(_CODE, "511(4)"), "A"),
    "REVIEW-WORD-01": Basis("warning", _cited(_CODE, "1259"), "A"),
    "REVIEW-WORD-02": Basis("advice", _cited(_CODE, "511(4)"), "A"),
    "REVIEW-WORD-03": Basis("advice", _cited(_CODE, "1259"), "A"),
    "REVIEW-LANGUAGE-01": Basis("warning", _cited(_CODE, "466(2)"), "A"),
    "REVIEW-THIRD-01": Basis("warning", _cited(_CODE, "465(2)"), "A"),
    "REVIEW-THIRD-02": Basis("advice", _cited(_CODE, "593"), "A"),
    "REVIEW-RATE-01": Basis("advice", _cited(_INTERPRETED, "65"), "A"),
    "REVIEW-RATE-02": Basis("warning", _cited(_CODE, "585(2)"), "A"),
    "REVIEW-RATE-03": Basis("warning", _cited(_INTERPRETED, "64(3)"), "A"),
    "REVIEW-PRICE-01": Basis("warning", _OWN, "C"),
    "REVIEW-PRICE-02": Basis("error", {"zh-Hans": "算术", "en": "arithmetic"}, "A"),
    "REVIEW-SIGNED-01": Basis("warning", _cited(_CODE, "490"), "A"),
    "REVIEW-SIGNED-02": Basis("advice", _OWN, "C"),
    "REVIEW-SME-01": Basis(
        "warning",
        {
            "zh-Hans": "保障中小企业款项支付条例第9条",
            "en": "Regulations on Payments to Small and Medium Enterprises art. 9",
        },
        "A",
    ),
    "REVIEW-RENEWAL-01": Basis("warning", _cited(_CODE, "496"), "A"),
    "REVIEW-ACCEPT-01": Basis("advice", _cited(_CODE, "140(2)"), "A"),
    "REVIEW-NOTICE-01": Basis("advice", _cited(_CODE, "137"), "A"),
}
"""Every finding with its basis; the words are in the catalogues, under the same code."""


def review(contract: Contract) -> tuple[Problem, ...]:
    """All findings, in the order in which a contract is read."""
    found: list[Problem] = []
    for look in _LOOKS:
        found += look(contract)
    return tuple(found)


def priced(contract: Contract) -> tuple[Problem, ...]:
    """What is wrong with the price alone, for the one who drafts it: instalments that do not make the total."""
    return tuple(_price(contract))


def _finding(code: str, where: str = "", **args: Any) -> Problem:
    basis = BASES[code]
    return Problem(
        code, where, {**args, "weight": basis.weight, "source": basis.source, "confidence": basis.confidence}
    )


def _parties(contract: Contract) -> Iterator[Problem]:
    for key, party in contract.parties.items():
        if not party.address and not party.email:
            yield _finding("REVIEW-NOTICE-01", f"parties.{key}.address", party=party.label)


def _signing(contract: Contract) -> Iterator[Problem]:
    dues = {annex.id: annex.due for annex in contract.annexes} | {
        payment.id: payment.due for payment in contract.payments
    }
    hang = [key for key, due in dues.items() if due and due.anchor and due.anchor.what == "signed"]
    if contract.signed is None and hang:
        yield _finding("REVIEW-SIGNED-01", "signed", hang=hang)
    first = contract.effective or (contract.term.from_ if contract.term else None)
    if contract.signed and first and contract.signed > first:
        yield _finding("REVIEW-SIGNED-02", "signed", signed=contract.signed, first=first)


def _renewal(contract: Contract) -> Iterator[Problem]:
    if not contract.renewal or not contract.renewal.tacit or not contract.clauses:
        return
    seen = (words for clause in contract.clauses if clause.conspicuous for words in clause.words.values())
    if not any(re.search(r"自动续|自動續|renews? automatically", words) for words in seen):
        yield _finding("REVIEW-RENEWAL-01", "renewal.tacit")


def _languages(contract: Contract) -> Iterator[Problem]:
    tags = {*contract.languages.also, *contract.title, *(tag for clause in contract.clauses for tag in clause.words)}
    spoken = sorted({tag.split("-")[0] for tag in tags if tag != "*"})
    if len(spoken) > 1 and (contract.languages.equal or not contract.languages.prevailing):
        yield _finding("REVIEW-LANGUAGE-01", "languages.prevailing", languages=spoken)


def _due(contract: Contract) -> Iterator[Problem]:
    for annex in contract.annexes:
        if annex.due is None:
            yield _finding("REVIEW-DUE-02", f"annexes.{annex.id}.due", annex=annex.title)
        elif annex.due.demand:
            yield _finding("REVIEW-DUE-01", f"annexes.{annex.id}.due", annex=annex.title)
        if annex.accepted_by and annex.deemed_accepted is None:
            yield _finding("REVIEW-ACCEPT-01", f"annexes.{annex.id}.deemed_accepted", annex=annex.title)


def _price(contract: Contract) -> Iterator[Problem]:
    if contract.total and _of_total(contract) and "base_tax" not in contract.counting.knobs:
        yield _finding("REVIEW-PRICE-01", "total", total=contract.total)
    once = [payment.amount for payment in contract.payments if payment.due.every is None]
    if contract.total and once and len(once) == len(contract.payments):
        if any(amount.currency != contract.total.currency for amount in once):
            return
        paid = Money(sum(amount.minor for amount in once), contract.total.currency)
        if paid != contract.total:
            yield _finding("REVIEW-PRICE-02", "payments", payments=paid, total=contract.total)


def _of_total(contract: Contract) -> bool:
    """Whether a rate or a limit is worked out on the contract's total."""
    shares = [cap.to.to for cap in contract.caps] + [rule.at_most.to for rule in contract.rules if rule.at_most]
    bases = [share.of for share in shares if isinstance(share, Share)]
    return "total" in bases or any(charge.of == "total" for rule in contract.rules for charge in _charges(rule))


def _charges(rule: Rule) -> tuple[Charge, ...]:
    bands = tuple(band.charge for band in rule.bands)
    return tuple(charge for charge in (rule.charge, *rule.tiers, *bands, rule.plus) if charge)


def _sizes(contract: Contract) -> Iterator[Problem]:
    """A large enterprise that pays a small or medium one: at most 60 days, and no waiting for someone else's money."""
    small = {"micro", "small", "medium"}
    for payment in contract.payments:
        payer = contract.parties.get(payment.owed_by)
        others = {key: party for key, party in contract.parties.items() if key != payment.owed_by}
        payees = [party for key, party in others.items() if payment.owed_to in (None, key)]
        if payer and payer.size == "large" and any(party.size in small for party in payees) and not _soon(payment):
            yield _finding("REVIEW-SME-01", f"payments.{payment.id}.due", payment=payment.title)


def _soon(payment: Payment) -> bool:
    """Whether the due rule itself keeps within 60 days of a delivery or an acceptance."""
    due = payment.due
    if due.anchor is None or due.period is None or due.anchor.what not in ("delivered", "accepted"):
        return False
    days = {"day": 1, "week": 7, "month": 31}.get(due.period.unit)
    return days is not None and timedelta(days=due.period.n * days) <= timedelta(days=60)


USUAL_A_DAY = Fraction(1, 1000)
"""The upper end of what is usual for services; a rate up to it is no finding."""


def _rates(contract: Contract) -> Iterator[Problem]:
    for rule in contract.rules:
        running = [charge for charge in _charges(rule) if charge.per is not None]
        for charge in running:
            if charge.rate is not None and charge.per and charge.per.unit == "day":
                daily = charge.rate / charge.per.n
                rates = {"daily": percent(daily), "yearly": percent(daily * 365)}
                if daily > USUAL_A_DAY:
                    yield _finding("REVIEW-RATE-01", f"rules.{rule.id}.charge", **rates)
        if running and rule.at_most is None:
            yield _finding("REVIEW-RATE-02", f"rules.{rule.id}.at_most", rule=rule.id)


def _third_parties(contract: Contract) -> Iterator[Problem]:
    for key, third in contract.third_parties.items():
        if third.limit and not third.signs:
            yield _finding("REVIEW-THIRD-01", f"third_parties.{key}.limit", third=third.name)
        decided = any(decision.about == f"third_parties.{key}.excess" for decision in contract.decisions)
        if third.limit and not third.excess and not decided:
            yield _finding("REVIEW-THIRD-02", f"third_parties.{key}.excess", third=third.name)


CARVE_OUTS = ("intent", "gross negligence", "personal injury")
"""What no limit may cover: injury; loss of property by intent or gross negligence (Civil Code 506)."""


def _caps(contract: Contract) -> Iterator[Problem]:
    for cap in contract.caps:
        missing = [head for head in CARVE_OUTS if head not in cap.except_]
        if missing:
            yield _finding("REVIEW-CAP-01", f"caps.{cap.id}.except", missing=missing)
        if cap.covers is None:
            yield _finding("REVIEW-CAP-02", f"caps.{cap.id}.covers")


def _words(contract: Contract) -> Iterator[Problem]:
    """Words that fix no day, or of which it is disputed which day they mean; in clauses and in quoted texts."""
    for where, words in _chinese(contract):
        for pattern, code in _DOUBTFUL:
            if found := pattern.search(words):
                yield _finding(code, where, found=found[0], better="当日或之前")


_DOUBTFUL = (
    (re.compile(r"(?<!最后)(?:\d+|[一二三四五六七八九十]+)个?(?:工作)?日之?前(?!至少)"), "REVIEW-WORD-01"),
    (re.compile(r"定期|及时|及時|尽快|儘快|合理期限内|合理期限內"), "REVIEW-WORD-02"),
    (re.compile(r"(?:\d|[%％分日元])以[上下]"), "REVIEW-WORD-03"),
    (re.compile(r"违约金[^。；]{0,12}(?:不得|放弃)[^。；]{0,8}(?:调整|减少|调低)"), "REVIEW-RATE-03"),
)


def _chinese(contract: Contract) -> Iterator[tuple[str, str]]:
    for clause in contract.clauses:
        words = clause.words.get("zh-Hans") or clause.words.get("zh-Hant") or clause.words.get("*")
        if words:
            yield f"clauses.{clause.id}", words
    for area, items in (("rules", contract.rules), ("caps", contract.caps), ("amendments", contract.amendments)):
        for item in items:
            if item.quote:
                yield f"{area}.{item.id}.quote", item.quote.words


_COURT = re.compile(r"人民法院(?:管辖|管轄|起诉|起訴|提起)|向[^，]*法院(?:起诉|起訴|提起)")


def _disputes(contract: Contract) -> Iterator[Problem]:
    """Arbitration or a court: an agreement on both makes the arbitration agreement void."""
    arbitration = court = ""
    for where, words in _chinese(contract):
        for sentence in re.split(r"[。；\n]", words):
            if re.search(r"提交[^不]*仲裁", sentence):
                arbitration = where
            if _COURT.search(sentence) and not re.search(r"不[^，]*法院", sentence):
                court = where
    if arbitration and court:
        yield _finding("REVIEW-DISPUTE-01", court, arbitration=arbitration, court=court)
    elif contract.clauses and not arbitration and not court:
        yield _finding("REVIEW-DISPUTE-02", "clauses")


_LOOKS = (
    _parties,
    _signing,
    _renewal,
    _languages,
    _due,
    _price,
    _sizes,
    _rates,
    _third_parties,
    _caps,
    _words,
    _disputes,
)
