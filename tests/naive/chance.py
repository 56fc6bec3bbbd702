"""Chance that speaks as contracts do: amounts, shares and days as a file writes them."""

import random
from datetime import date, timedelta

__all__ = ["Chance"]


class Chance(random.Random):
    """One seed, one contract."""

    def amount(self, low: int, high: int) -> str:
        """Between so many whole units of money, to the cent."""
        return self.shown(self.randint(low * 100, high * 100))

    def shown(self, minor: int) -> str:
        return f"{minor // 100}.{minor % 100:02} CNY"

    def percent(self, high: int = 40) -> str:
        return f"{self.randint(1, high * 10) / 10}%"

    def day(self, first: date, low: int, high: int) -> date:
        return first + timedelta(days=self.randint(low, high))

    def often(self, share: float) -> bool:
        return self.random() < share

    def maybe(self, share: float, key: str, value: object) -> dict[str, object]:
        """A table of that one key, or an empty one."""
        return {key: value} if self.often(share) else {}
