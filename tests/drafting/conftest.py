"""The shipped template, and ways to spoil it."""

from collections.abc import Callable

import msgspec
import pytest

from contracts.drafting import draft, load_template
from contracts.templates import Template
from core.terms import Contract

Spoil = Callable[[str, str, str], Template]


@pytest.fixture(scope="session")
def template() -> Template:
    return load_template("satisfaction-service")


@pytest.fixture(scope="session")
def contract(template: Template) -> Contract:
    drafted, _, problems = draft(template, template.example, ("zh-Hans", "en"))
    assert () == problems
    assert drafted is not None
    return drafted


@pytest.fixture
def spoilt(template: Template) -> Spoil:
    """`spoilt("en", "within", "inside")`: the template with words of one language replaced throughout."""

    def spoil(lang: str, old: str, new: str) -> Template:
        changed = 0
        sections = []
        for section in template.texts[lang]:
            lines = tuple(line.replace(old, new) for line in section.lines)
            changed += lines != section.lines
            sections.append(msgspec.structs.replace(section, lines=lines))
        assert changed, old
        return msgspec.structs.replace(template, texts={**template.texts, lang: tuple(sections)})

    return spoil
