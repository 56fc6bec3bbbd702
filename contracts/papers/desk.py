"""What every section of a statement speaks with: its languages, its parties, its days, and its columns."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import locales
from contracts.papers.document import Column, Words
from contracts.papers.numerals import spoken_day
from contracts.papers.voice import Voice
from contracts.papers.wording import wording
from contracts.titles import with_titles
from core.assessment import Assessment
from core.claims import Balance
from core.explain import Line
from core.money import Money
from core.terms import Contract, Text

__all__ = ["Desk", "shown"]


class Desk:
    """One assessment about to be written down in some languages."""

    def __init__(self, assessment: Assessment, contract: Contract, languages: tuple[str, ...]) -> None:
        self.assessment = assessment = with_titles(contract, assessment)
        self.contract = contract
        self.languages = languages
        self.voices = {lang: Voice(lang, contract, assessment.zone) for lang in languages}
        self.zone = ZoneInfo(assessment.zone)
        self.breaches = {breach.id: breach for breach in assessment.breaches}
        self.obligations = {obligation.id: obligation for obligation in assessment.obligations}

    @property
    def as_of(self) -> date:
        """The last day that is counted: 24:00 of a day belongs to that day."""
        return (self.assessment.as_of.astimezone(self.zone) - timedelta(microseconds=1)).date()

    def say(self, key: str, /, **arguments: Any) -> Words:
        return wording(self.languages, key, **arguments)

    def page(self, key: str, /, **arguments: Any) -> Words:
        """Words that the page has too, with days, parties and amounts as each language says them."""
        return {lang: voice.t(key, **arguments) for lang, voice in self.voices.items()}

    def coded(self, area: str, value: str) -> Words:
        return {lang: voice.coded(area, value) for lang, voice in self.voices.items()}

    def named(self, text: Text) -> Words:
        """A name or title in each language, else in the one there is: names are never converted between scripts."""
        spare = next(iter(text.values()), "")
        chinese = text.get("zh-Hans") or text.get("zh-Hant") or text.get("zh") or spare
        return {
            language: text.get(language) or (chinese if language.startswith("zh") else text.get("en") or spare)
            for language in self.languages
        }

    def titled(self, text: Text) -> Words:
        """The title of a contract or an annex, which unlike a name may be converted between scripts."""
        return {language: locales.speak(language, text) if text else "" for language in self.languages}

    def entitled(self, name: str, text: Text) -> Words:
        """An id with what it stands for."""
        return {language: f"{name} {title}".strip() for language, title in self.titled(text).items()}

    def day(self, day: date) -> Words:
        return {language: spoken_day(day, language) for language in self.languages}

    def moment(self, moment: datetime) -> Words:
        local = moment.astimezone(self.zone)
        return {language: f"{spoken_day(local.date(), language)} {local:%H:%M}" for language in self.languages}

    def who(self, key: str) -> Words:
        """What the contract calls a party; a third party by its name."""
        if key in self.contract.parties:
            return self.named(self.contract.parties[key].label)
        third = self.contract.third_parties.get(key)
        return self.named(third.name) if third else dict.fromkeys(self.languages, key)

    def owes(self, key: str, balance: Balance) -> Words:
        return self.say(key, debtor=self.who(balance.debtor), creditor=self.who(balance.creditor))

    def line(self, line: Line) -> Words:
        """A line of reasons in each language, with days and times of this zone and shares as percentages."""
        return self.reason(line)

    def reason(self, reason: Any) -> Words:
        """Anything with a code and arguments, in each language."""
        return {language: voice.reason(reason) for language, voice in self.voices.items()}

    def lines(self, said: list[Words]) -> Words:
        """One below the other in one cell."""
        return {language: "\n".join(words[language] for words in said) for language in self.languages}

    def column(self, key: str, align: str = "left", share: int = 1) -> Column:
        return self._column(f"papers.statement.column.{key}", align, share)

    def header(self, key: str, align: str = "left", share: int = 1) -> Column:
        """A column that the page has too."""
        return self._column(f"page.column.{key}", align, share)

    def _column(self, key: str, align: str, share: int) -> Column:
        return Column(self.say(key), "right" if align == "right" else "left", share)


def shown(money: Money) -> str:
    """ "CNY 72,000.00" in every language, so that both columns show the same thing."""
    return locales.speak("en", money)
