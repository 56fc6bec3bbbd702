"""The page as people use it, in a real browser: no request leaves, it reads without script, prints whole and reloads."""

import os
import re
import signal
import subprocess
import sys
from datetime import date
from itertools import pairwise

import pytest

from contracts.papers.page import page as paper
from locales import LANGUAGES, words

pytestmark = pytest.mark.needs("chromium")

FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage"]
SECTIONS = ("decide", "next", "late", "timeline", "charges", "caps", "recourse", "accounts", "taken", "usages")


@pytest.fixture(scope="module")
def chrome(program):
    sync_api = pytest.importorskip("playwright.sync_api")
    with sync_api.sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program("chromium"), args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def file(s12, tmp_path_factory):
    """The page on disk."""
    path = tmp_path_factory.mktemp("page") / "s12.html"
    path.write_text(paper([s12], lang="en"), "utf-8")
    return path


@pytest.fixture(scope="module")
def others(root, whole, tmp_path_factory):
    """Pages of other shapes: every part that there is, a portfolio, and what an assumption would cost."""
    from contracts.folder import load
    from contracts.papers.whatif import as_page
    from contracts.whatif import asked, run

    [late], _ = load([root / "examples" / "cap-ladder" / "late-annexes.toml"])
    assert late.contract
    supposed = run(late, asked(["A1=1..60"], [], [], None), date(2026, 3, 1))
    folder = tmp_path_factory.mktemp("others")
    pages = {
        "whole": paper([whole], lang="en"),
        "portfolio": paper([whole, whole], lang="en"),
        "whatif": as_page(supposed, "en", late.contract),
    }
    for name, html in pages.items():
        (folder / f"{name}.html").write_text(html, "utf-8")
    return folder


@pytest.fixture
def look(chrome, file):
    """`look(width=…, script=…)`: the page in a window; what it asked of anybody but itself is in `page.asked`."""
    opened = []

    def open_(*, width=1280, script=True, url=None):
        context = chrome.new_context(viewport={"width": width, "height": 900}, java_script_enabled=script)
        opened.append(context)
        shown = context.new_page()
        shown.asked, shown.wrong = [], []
        shown.on("request", lambda request: shown.asked.append(request.url))
        shown.on("pageerror", lambda error: shown.wrong.append(str(error)))
        shown.on("console", lambda said: shown.wrong.append(said.text) if said.type == "error" else None)
        shown.goto(url or file.as_uri())
        return shown

    yield open_
    for context in opened:
        context.close()


def seen(page) -> str:
    return str(page.locator("main:visible").inner_text())


def test_no_request_leaves_the_page(look, file):
    page = look()
    page.wait_for_timeout(200)

    assert [] == [url for url in page.asked if url not in {file.as_uri(), "data:,"}]
    assert [] == page.wrong


@pytest.mark.parametrize("script", [True, False])
def test_languages_switch_with_and_without_script(look, script):
    page = look(script=script)
    for lang in LANGUAGES:
        page.locator(f"label[for=say-{lang}]").click()

        assert lang == page.locator("main:visible").get_attribute("lang")
        assert words(lang, "page.section.charges") in seen(page)


def test_languages_switch_by_keyboard_and_the_document_follows(look):
    page = look()
    page.keyboard.press("Tab")
    page.keyboard.press("ArrowRight")

    assert "zh-Hans" == page.locator("html").get_attribute("lang")
    assert "客户服务合同" in page.title()


def test_an_address_may_name_the_language_and_the_place(look, file):
    page = look(url=f"{file.as_uri()}#zh-Hant-1-caps")

    assert "zh-Hant" == page.locator("main:visible").get_attribute("lang")
    assert page.locator("#zh-Hant-1-caps").is_visible()


@pytest.mark.parametrize("script", [True, False])
def test_a_why_opens_with_and_without_script(look, script):
    page = look(script=script)
    working = page.get_by_text("12 days × 0.5 % × CNY 1,200,000.00").first

    assert not working.is_visible()
    page.locator("main:visible .why summary").first.click()
    assert working.is_visible()


def test_an_amount_among_the_late_things_leads_to_its_why(look):
    page = look()
    page.locator("main:visible .late a", has_text="CNY 72,000.00").click()

    assert page.get_by_text("12 days × 0.5 % × CNY 1,200,000.00").first.is_visible()


@pytest.mark.parametrize("lang", LANGUAGES)
@pytest.mark.parametrize("width", [390, 768, 1280])
def test_nothing_runs_off_the_side(look, width, lang):
    page = look(width=width)
    page.locator(f"label[for=say-{lang}]").click()
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

    assert width == page.evaluate("document.documentElement.scrollWidth")


@pytest.mark.parametrize("name", ["whole", "portfolio", "whatif"])
@pytest.mark.parametrize("width", [390, 1280])
def test_nothing_runs_off_the_side_of_other_pages_and_nothing_is_asked(look, others, name, width):
    address = (others / f"{name}.html").as_uri()
    page = look(width=width, url=address)
    for lang in LANGUAGES:
        page.locator(f"label[for=say-{lang}]").click()
        page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")

        assert width == page.evaluate("document.documentElement.scrollWidth")
    assert ([], []) == ([url for url in page.asked if url not in {address, "data:,"}], page.wrong)


def test_a_fact_on_top_leads_to_its_part(look, others):
    page = look(url=(others / "whole.html").as_uri())
    page.locator("main:visible .glance a", has_text="next right to lapse").click()

    assert page.url.endswith("#en-1-rights")
    assert page.locator("#en-1-rights").is_visible()


def test_the_days_of_a_count_open_with_their_line(look, others):
    page = look(url=(others / "whole.html").as_uri())
    row = page.locator("main:visible .dues details", has_text="lab/answer")

    assert not row.locator("table").is_visible()
    row.locator("summary").click()
    assert "5 due" in row.locator("table").inner_text()


@pytest.mark.needs("pdftotext")
@pytest.mark.parametrize("script", [True, False])
def test_print_has_every_section_and_every_why(look, tmp_path, script):
    page = look(script=script)
    page.locator("label[for=say-zh-Hans]").click()
    page.pdf(path=tmp_path / "page.pdf", format="A4")
    run = subprocess.run(
        ["pdftotext", "-layout", tmp_path / "page.pdf", "-"],
        capture_output=True,
        check=True,
        text=True,
        encoding="utf-8",
    )
    printed = re.sub(r"\s", "", run.stdout)

    assert [] == [key for key in SECTIONS if words("zh-Hans", f"page.section.{key}") not in printed]
    assert "12日×0.5%×CNY1,200,000.00" in printed
    assert "English" not in printed


@pytest.mark.parametrize("name", ["s12", "whole", "whatif"])
def test_every_picture_has_words_and_headings_go_down_by_one(look, others, name):
    page = look(url=None if name == "s12" else (others / f"{name}.html").as_uri())

    assert 0 == page.locator("main:visible svg[role=img]:not([aria-label])").count()
    levels = [
        int(name[1])
        for name in page.locator("main:visible :is(h1,h2,h3,h4)").evaluate_all("all => all.map(e => e.tagName)")
    ]
    assert 1 == levels[0]
    assert all(after - before <= 1 for before, after in pairwise(levels))


@pytest.mark.parametrize("name", ["s12", "whole", "whatif"])
def test_text_stands_out_enough_from_its_ground(look, others, name):
    """WCAG AA: 4.5 to 1, for every colour of text against the sheet."""
    page = look(url=None if name == "s12" else (others / f"{name}.html").as_uri())
    page.evaluate("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    faint = page.evaluate(
        """() => {
          const light = (rgb) => rgb.map((v) => (v /= 255) <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
            .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
          const parse = (text) => text.match(/[\\d.]+/g).map(Number);
          const ground = (one) => {
            for (; one; one = one.parentElement) {
              const c = parse(getComputedStyle(one).backgroundColor);
              if (c.length === 3 || c[3] > 0) return c.slice(0, 3);
            }
            return [255, 255, 255];
          };
          const faint = [];
          for (const one of document.querySelectorAll("main:not([hidden]) *")) {
            const own = [...one.childNodes].some((n) => n.nodeType === 3 && n.data.trim());
            if (!own || !one.offsetParent || one.closest("svg")) continue;
            const [a, b] = [light(parse(getComputedStyle(one).color).slice(0, 3)), light(ground(one))];
            const ratio = (Math.max(a, b) + 0.05) / (Math.min(a, b) + 0.05);
            if (ratio < 4.5) faint.push(one.className + " " + ratio.toFixed(2));
          }
          return faint;
        }"""
    )

    assert [] == faint


# served


@pytest.fixture
def served(root, folder):
    """A server of its own on a free port; stopped as a person stops it."""
    code = "import sys, datetime; from web.app import serve; sys.exit(serve(sys.argv[1], port=0, lang='en', as_of=datetime.date(2027, 1, 10)))"
    server = subprocess.Popen(
        [sys.executable, "-c", code, str(folder / "s12" / "s12.toml")], cwd=root, stderr=subprocess.PIPE, text=True,
        env={**os.environ, "PYTHONUNBUFFERED": "1"},
    )  # fmt: skip
    assert server.stderr
    url = re.search(r"http://\S+/", server.stderr.readline())
    assert url
    yield url[0], server
    if server.poll() is None:
        server.send_signal(signal.SIGINT)
        server.wait(10)
    server.stderr.close()


def test_the_served_page_follows_a_save_shows_what_is_broken_and_recovers(look, served, folder):
    url, _ = served
    file = folder / "s12" / "s12.toml"
    whole = file.read_text("utf-8")
    page = look(url=url)
    page.locator("main:visible .why summary").first.click()
    page.wait_for_timeout(300)

    file.write_text(whole.replace("Client needs analysis", "Survey of needs"), "utf-8")
    late = page.locator("main:visible .late")
    late.get_by_text("Survey of needs").first.wait_for(timeout=10_000)
    assert page.get_by_text("12 days × 0.5 % × CNY 1,200,000.00").first.is_visible(), "what was open stays open"

    file.write_text(whole.replace('"30 days after signed"', '"end of June"'), "utf-8")
    page.get_by_text("is not a due rule").first.wait_for(timeout=10_000)

    file.write_text(whole, "utf-8")
    late.get_by_text("Client needs analysis").first.wait_for(timeout=10_000)

    assert [] == [asked for asked in page.asked if not asked.startswith((url, "data:,"))]
    assert [] == page.wrong


def test_the_served_page_shows_another_day(look, served):
    url, _ = served
    page = look(url=url)
    page.locator("main:visible input[name=as_of]").fill("2026-02-16")
    page.locator("main:visible input[name=known_at]").fill("2026-03-01")
    page.locator("main:visible .asof button").click()
    page.wait_for_url("**as_of=2026-02-16&known_at=2026-03-01**")

    assert "CNY 72,000.00" in page.locator("main:visible .sum.in").inner_text().replace("\n", " ")


def test_a_language_chosen_on_the_served_page_is_kept(look, served):
    url, _ = served
    page = look(url=url)
    page.locator("label[for=say-zh-Hant]").click()
    page.reload()

    assert "zh-Hant" == page.locator("main:visible").get_attribute("lang")


def test_the_server_stops_at_once_although_a_browser_listens(look, served):
    url, server = served
    look(url=url).wait_for_timeout(300)
    server.send_signal(signal.SIGINT)

    assert 0 == server.wait(5)
    assert "Traceback" not in server.stderr.read()
