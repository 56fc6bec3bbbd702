"""What a duty about a third party is called: whose it is and what is due, an answer, an agreement, a settlement."""

from collections.abc import Iterable

import msgspec

from contracts.papers.voice import Voice
from core.assessment import Assessment
from core.breaches import Breach
from core.schedule import Obligation
from core.terms import Contract, Text
from locales import LANGUAGES, has, words

__all__ = ["duty_title", "with_titles"]


def duty_title(contract: Contract, subject: str, title: Text) -> Text:
    """The title of what is owed; of "lab/answer" the third party's name with what is due."""
    key, _, stage = subject.partition("/")
    code = f"stage.{stage.partition('/')[0]}"
    if key not in contract.third_parties or not has(code):
        return title
    who = {lang: Voice(lang, contract).who(key) for lang in LANGUAGES}
    return {lang: words(lang, "stage.of", name=name, stage=words(lang, code)) for lang, name in who.items()}


def with_titles(contract: Contract, assessment: Assessment) -> Assessment:
    """The same answer with each duty about a third party called so; for people, not for programs or digests."""
    if not contract.third_parties:
        return assessment
    return msgspec.structs.replace(
        assessment,
        obligations=_owed(contract, assessment.obligations),
        breaches=_broken(contract, assessment.breaches),
    )


def _owed(contract: Contract, listed: Iterable[Obligation]) -> tuple[Obligation, ...]:
    return tuple(msgspec.structs.replace(one, title=duty_title(contract, one.id, one.title)) for one in listed)


def _broken(contract: Contract, listed: Iterable[Breach]) -> tuple[Breach, ...]:
    return tuple(msgspec.structs.replace(one, title=duty_title(contract, one.subject, one.title)) for one in listed)
