"""The page as text: complete in every language, escaped, closed against the world."""

import re
from html.parser import HTMLParser

import msgspec
import pytest

from contracts.papers.page import Live, page, policy
from core.money import Money
from core.presets import asking
from core.problems import Problem
from locales import LANGUAGES, words

SECTIONS = ("decide", "next", "late", "timeline", "charges", "caps", "recourse", "accounts", "taken", "usages")


class Faces(HTMLParser):
    """The text of each language's face, and every tag and attribute of the page."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.lang = ""
        self.text: dict[str, str] = {}
        self.tags: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)

    def handle_starttag(self, tag, attrs):
        given = dict(attrs)
        self.handle_data(" " if tag in {"td", "th", "dd", "div"} else "")
        self.tags.append((tag, given))
        if tag == "main":
            self.lang = given["lang"]

    def handle_endtag(self, tag):
        if tag == "main":
            self.lang = ""

    def handle_data(self, data):
        if self.lang:
            self.text[self.lang] = self.text.get(self.lang, "") + data


def test_a_page_holds_every_section_in_every_language(s12):
    faces = Faces(page([s12], lang="en"))

    assert set(LANGUAGES) == faces.text.keys()
    for lang in LANGUAGES:
        missing = [key for key in SECTIONS if words(lang, f"page.section.{key}") not in faces.text[lang]]
        assert [] == missing


def test_amounts_are_the_same_in_every_language(s12):
    faces = Faces(page([s12]))
    amounts = {lang: re.findall(r"CNY -?[\d,]+\.\d\d", text) for lang, text in faces.text.items()}

    assert amounts["en"] == amounts["zh-Hans"] == amounts["zh-Hant"]
    assert "CNY 72,000.00" in amounts["en"]


def test_two_figures_stand_on_top_with_what_they_are_made_of(s12):
    """590,000 of charges is owed to us; we owe 52,500 of charges and the last instalment, due on 31 December."""
    _, _, made, _ = s12
    text = " ".join(Faces(page([s12])).text["en"].split())

    assert Money(59_000_000, "CNY") == made.payable("provider", "client")
    assert "Owed to us CNY 590,000.00" in text
    assert "We owe CNY 652,500.00" in text
    assert "CNY 600,000.00 of prices past their due day" in text


def test_without_a_side_of_ours_each_pair_of_parties_has_its_figure(s12):
    contract, events, made, others = s12
    parties = {key: msgspec.structs.replace(party, ours=False) for key, party in contract.parties.items()}
    text = Faces(page([(msgspec.structs.replace(contract, parties=parties), events, made, others)])).text["en"]

    assert "Party A owes Party B" in text
    assert "Example Field Services owes Party A" in text
    assert "Owed to us" not in text


def test_each_figure_says_why(s12):
    text = " ".join(Faces(page([s12])).text["en"].split())

    assert "12 days × 0.5 % × CNY 1,200,000.00 (5 Feb 2026 to 16 Feb 2026) CNY 72,000.00" in text
    assert "Full: 21 Jul 2026 was the last day within it." in text
    assert "Reading taken for rules.late-annex.charge" in text
    assert "Read as “once” instead, in all: Party A owes Party B CNY 266,000.00" in text


def test_times_are_said_in_the_contracts_zone(s12):
    """The complaint record was due at 09:30 in Shanghai, which is 01:30 UTC."""
    faces = Faces(page([s12])).text

    assert "3 Mar 2026, 09:30" in faces["en"]
    assert "2026年3月3日 09:30" in faces["zh-Hans"]
    assert "01:30" not in faces["en"]


def test_no_convention_is_printed_as_a_bare_key(s12):
    faces = Faces(page([s12])).text

    for lang in LANGUAGES:
        assert not re.search(r"first_day|late_ends|lateness_by|part_days|due day out, done", faces[lang])


def test_an_open_decision_is_on_top_with_its_way_out(s12):
    contract, events, made, others = s12
    open_ = msgspec.structs.replace(made, problems=(asking("order", "caps.general.order"),))
    text = Faces(page([(contract, events, open_, others)])).text["en"]

    assert "record a decision about" in text
    assert "caps.general.order" in text
    assert "Nothing waits for a decision" not in text


def test_what_people_write_is_never_markup(s12):
    contract, events, made, others = s12
    evil = "<script>alert(1)</script><img src=x onerror=alert(2)>\"'><b>"
    party = contract.parties["client"]
    changed = msgspec.structs.replace(
        contract,
        title={"en": evil, "zh-Hans": evil},
        number=evil,
        parties={**contract.parties, "client": msgspec.structs.replace(party, name={"en": evil}, label={"en": evil})},
    )
    html = page(
        [(changed, events, made, others)], broken=[(evil, [Problem("TERMS-DUE-01", evil, {"text": evil}, 1, evil)])]
    )
    faces = Faces(html)

    assert 1 == sum(tag == "script" for tag, _ in faces.tags)
    assert not [tag for tag, _ in faces.tags if tag in {"img", "b"}]
    assert not [name for _, attrs in faces.tags for name in attrs if name.startswith("on")]


def test_the_page_forbids_itself_every_request(s12):
    html = page([s12])

    assert "default-src 'none'" in policy()
    assert "connect-src" not in policy()
    assert "&#39;none&#39;" in html
    assert "unsafe" not in policy(live=True)
    # No address at all, but for the SVG-free data icon: nothing to load, nothing to leak.
    tags = Faces(html).tags
    assert {"data:,"} == {a["href"] for tag, a in tags if tag == "link"}
    assert all((a.get("href") or "").startswith("#") for tag, a in tags if tag == "a")
    assert not [a for _, a in tags if "src" in a or "style" in a]


def test_every_anchor_leads_somewhere_and_no_id_comes_twice(s12, hard):
    tags = Faces(page([s12, hard])).tags
    ids = [a["id"] for _, a in tags if "id" in a]

    assert len(ids) == len(set(ids))
    assert set() == {(a["href"] or "")[1:] for tag, a in tags if tag == "a"} - set(ids)
    assert set() == {a["aria-labelledby"] for _, a in tags if "aria-labelledby" in a} - set(ids)


def test_a_portfolio_begins_with_totals_and_a_row_for_each_contract(s12, hard):
    text = " ".join(Faces(page([s12, hard])).text["en"].split())

    assert (
        text.index("2 contracts") < text.index("KF-2026-001 Customer Service Agreement") < text.index("What it costs")
    )
    assert hard[0].number in text


def test_a_portfolio_says_that_a_file_is_missing_from_its_totals(s12, hard):
    broken = [("x.toml", [Problem("TERMS-DUE-01", "annexes.A3.due", {"text": "end of June"}, 41, "x.toml")])]
    text = " ".join(Faces(page([s12, hard], broken=broken)).text["en"].split())

    assert "1 of the files cannot be read" in text
    assert '"end of June" is not a due rule.' in text
    assert "line 41" in text


def test_a_live_overview_leads_to_a_page_for_each_contract(s12, hard):
    live = Live(events="/events?after=0", links=("/c/a.toml", "/c/b.toml"))
    html = page([s12, hard], live=live)

    assert 'href="/c/a.toml"' in html
    assert 'data-events="/events?after=0"' in html
    assert "What it costs" not in html


@pytest.mark.parametrize("lang", LANGUAGES)
def test_the_language_asked_for_is_shown_first(s12, lang):
    html = page([s12], lang=lang)

    assert f'<html lang="{lang}">' in html
    assert [lang] == [a["value"] for tag, a in Faces(html).tags if tag == "input" and "checked" in a]


def test_the_same_input_gives_the_same_page(s12):
    assert page([s12]) == page([s12])


def test_a_page_about_nothing_says_what_to_do():
    assert "Put a contract file" in Faces(page([], lang="en")).text["en"]


def test_registered_names_are_never_converted_between_scripts(s12):
    text = Faces(page([s12])).text["zh-Hant"]

    assert "示例服务有限公司" in text
    assert "示例技术服务中心" in text
    assert "示例服務有限公司" not in text
