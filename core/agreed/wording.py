"""Words of a contract: text by language, languages, quotations, printed clauses."""

import msgspec

__all__ = ["Clause", "Languages", "Quote", "Text"]


Text = dict[str, str]
"""Words by language tag: "zh-Hans", "zh-Hant", "en"; never converted between scripts where they are names."""


class Languages(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """Which text prevails and which others exist; `equal` says that all have equal force."""

    prevailing: str | None = None
    also: tuple[str, ...] = ()
    equal: bool = False


class Quote(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """The first face of a contract on the other side's paper: words, page, and the file's SHA-256."""

    words: str
    page: int | None = None
    file: str | None = None
    sha256: str | None = None


class Clause(msgspec.Struct, frozen=True, omit_defaults=True, kw_only=True):
    """One clause of the printed text: number, words, and which template it came from."""

    id: str
    number: str
    words: Text
    level: int = 1
    from_: str | None = msgspec.field(default=None, name="from")
    conspicuous: bool = False
