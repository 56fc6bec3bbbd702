"""The served page and its API, asked in process."""

import asyncio
import json
from datetime import date
from typing import Any, cast

import httpx
import pytest

from core.problems import InputError
from web.app import create_app, serve
from web.sources import FolderSource, source_for

DAY = date(2027, 1, 10)


@pytest.fixture
async def client(folder):
    """A client of an app that runs: its lifespan is entered and left by one task, as anyio asks."""
    app = create_app(FolderSource(folder), lang="en", as_of=DAY)
    ready, done = asyncio.Event(), asyncio.Event()

    async def live():
        async with app.lifespan():
            ready.set()
            await done.wait()

    task = asyncio.create_task(live())
    await ready.wait()
    async with httpx.AsyncClient(
        transport=httpx.ASGITransport(app=cast(Any, app)), base_url="http://127.0.0.1:8000"
    ) as made:
        yield made
    done.set()
    await task


async def test_the_front_page_lists_the_portfolio(client):
    answer = await client.get("/")

    assert 200 == answer.status_code
    assert 'href="/c/s12/s12.toml"' in answer.text


async def test_a_contract_has_a_page_of_its_own(client):
    answer = await client.get("/c/s12/s12.toml")

    assert 200 == answer.status_code
    assert "12 days × 0.5 % × CNY 1,200,000.00" in answer.text


async def test_a_single_file_is_served_at_the_front(folder):
    app = create_app(source_for(folder / "s12" / "s12.toml"), as_of=DAY)
    transport = httpx.ASGITransport(app=cast(Any, app))
    async with app.lifespan(), httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
        answer = await client.get("/")

    assert "12 days × 0.5 % × CNY 1,200,000.00" in answer.text


async def test_the_api_says_what_assess_json_says(client):
    answer = await client.get("/api/v1/assessments/s12/s12.toml")
    [made] = answer.json()["assessments"]

    assert "application/json" == answer.headers["content-type"].split(";")[0]
    assert "KF-2026-001" == made["contract"]
    assert "590000.00 CNY" == next(b["payable"] for b in made["balances"] if b["debtor"] == "provider")


async def test_another_day_may_be_asked_for(client):
    answer = await client.get("/api/v1/assessments/s12/s12.toml", params={"as_of": "2026-02-16"})
    [made] = answer.json()["assessments"]

    assert ["72000.00 CNY"] == [b["payable"] for b in made["balances"]]


async def test_what_was_known_on_a_day_may_be_asked_for(client):
    """The loss of 21 August was recorded on the 25th: on the 24th nobody knew of it."""
    path, asked = "/api/v1/assessments/s12/s12.toml", {"as_of": "2026-08-31"}
    before = (await client.get(path, params={**asked, "known_at": "2026-08-20"})).json()["assessments"][0]
    after = (await client.get(path, params=asked)).json()["assessments"][0]
    page = await client.get("/c/s12/s12.toml", params={**asked, "known_at": "2026-08-20"})

    assert "fieldtech-fault:L1" not in [charge["id"] for charge in before["charges"]]
    assert "fieldtech-fault:L1" in [charge["id"] for charge in after["charges"]]
    assert "as known on" in page.text.lower()
    assert 'name="known_at" id="en-known" value="2026-08-20"' in page.text


async def test_a_link_of_the_overview_keeps_both_days(client):
    answer = await client.get("/", params={"as_of": "2026-08-31", "known_at": "2026-08-20"})

    assert 'href="/c/s12/s12.toml?as_of=2026-08-31&amp;known_at=2026-08-20"' in answer.text


async def test_two_impossible_days_are_two_problems(client):
    answer = await client.get("/api/v1/assessments", params={"as_of": "x", "known_at": "y"})

    assert [("WEB-DATE-01", "as_of"), ("WEB-DATE-01", "known_at")] == [
        (problem["code"], problem["where"]) for problem in answer.json()["problems"]
    ]


@pytest.mark.parametrize("day", ["tomorrow", "2026-02-30", "9999-12-31", "0001-01-01"])
async def test_an_impossible_day_is_a_problem_with_a_way_out(client, day):
    page = await client.get("/", params={"as_of": day})
    api = await client.get("/api/v1/assessments", params={"as_of": day})

    assert (422, 422) == (page.status_code, api.status_code)
    assert "WEB-DATE-01" in page.text
    assert "application/problem+json" == api.headers["content-type"]
    assert ["WEB-DATE-01"] == [problem["code"] for problem in api.json()["problems"]]


async def test_a_broken_file_is_a_page_with_its_problems_and_recovers_on_save(client, folder):
    file = folder / "s12" / "s12.toml"
    whole = file.read_text("utf-8")
    file.write_text(whole.replace('"30 days after signed"', '"end of June"'), "utf-8")
    broken = await client.get("/c/s12/s12.toml")
    refused = await client.get("/api/v1/assessments/s12/s12.toml")
    listed = await client.get("/api/v1/assessments")
    file.write_text(whole, "utf-8")
    mended = await client.get("/c/s12/s12.toml")

    assert 200 == broken.status_code
    assert "TERMS-DUE-01" in broken.text
    assert 422 == refused.status_code
    assert "annexes.A1.due" == refused.json()["problems"][0]["where"]
    assert 1 == len(listed.json()["assessments"])
    assert "TERMS-DUE-01" not in mended.text


@pytest.mark.parametrize("name", ["nope.toml", "../s12/s12.toml", "%2e%2e/%2e%2e/etc/passwd", "s12/events.csv", ""])
async def test_only_listed_names_are_answered(client, name):
    assert 404 == (await client.get(f"/c/{name}")).status_code
    assert (await client.get(f"/api/v1/assessments/{name}")).status_code in ({200} if not name else {404})


async def test_an_api_error_is_problem_json(client):
    answer = await client.get("/api/v1/assessments/nope")
    form = json.loads(answer.text)

    assert "application/problem+json" == answer.headers["content-type"]
    assert (404, "There is nothing here.") == (form["status"], form["title"])


@pytest.mark.parametrize(
    ("asked", "headers", "lang"),
    [
        ("/", {}, "en"),
        ("/", {"accept-language": "fr, zh-TW;q=0.8, en;q=0.5"}, "zh-Hant"),
        ("/", {"accept-language": "zh-CN"}, "zh-Hans"),
        ("/", {"cookie": "lang=zh-Hant", "accept-language": "en"}, "zh-Hant"),
        ("/?lang=zh", {"cookie": "lang=en"}, "zh-Hans"),
        ("/?lang=xx", {"accept-language": ";q=,,;;q=a"}, "en"),
    ],
)
async def test_the_language_is_the_readers(client, asked, headers, lang):
    answer = await client.get(asked, headers=headers)

    assert lang == answer.headers["content-language"]
    assert f'<html lang="{lang}">' in answer.text


@pytest.mark.parametrize("path", ["/", "/nope", "/health", "/api/v1/assessments/nope", "/c/s12/s12.toml"])
async def test_every_answer_is_closed_against_the_world(client, path):
    headers = (await client.get(path)).headers

    assert headers["content-security-policy"].startswith("default-src 'none'")
    assert "frame-ancestors 'none'" in headers["content-security-policy"]
    assert "unsafe" not in headers["content-security-policy"]
    assert ("nosniff", "no-referrer", "no-store") == (
        headers["x-content-type-options"],
        headers["referrer-policy"],
        headers["cache-control"],
    )


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost@evil.example", "", "evil:8000"])
@pytest.mark.parametrize("path", ["/", "/nope", "/api/v1/assessments"])
async def test_a_foreign_name_for_this_machine_is_refused(client, host, path):
    """DNS rebinding: a page elsewhere lets its own name point here."""
    answer = await client.get(path, headers={"host": host})

    assert 421 == answer.status_code
    assert "KF-2026-001" not in answer.text


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:8000", "[::1]:8000", "127.0.0.1"])
async def test_the_machines_own_names_are_answered(client, host):
    assert 200 == (await client.get("/health", headers={"host": host})).status_code


@pytest.mark.parametrize("path", ["/", "/api/v1/assessments", "/c/s12/s12.toml"])
async def test_nothing_can_be_written_here(client, path):
    assert 405 == (await client.post(path, json={})).status_code


async def test_no_page_about_the_api_loads_from_elsewhere(client):
    assert 404 == (await client.get("/schema")).status_code


def test_a_place_that_is_not_there_is_a_located_problem(tmp_path):
    with pytest.raises(InputError) as caught:
        serve(tmp_path / "nope.toml")

    assert ["FILE-PATH-01"] == [problem.code for problem in caught.value.problems]


def test_a_busy_port_is_a_problem_and_no_traceback(folder, monkeypatch):
    import socket

    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        with pytest.raises(InputError) as caught:
            serve(folder, port=taken.getsockname()[1])

    assert ["WEB-PORT-01"] == [problem.code for problem in caught.value.problems]


def test_a_port_that_is_none_is_a_problem(folder):
    with pytest.raises(InputError) as caught:
        serve(folder, port=70_000)

    assert ["WEB-PORT-02"] == [problem.code for problem in caught.value.problems]


async def test_a_store_is_served_like_a_folder_and_follows_what_is_recorded(folder, tmp_path):
    from web import stored

    place = str(tmp_path / "kept.sqlite")
    await asyncio.to_thread(stored.init, place, "en")
    await asyncio.to_thread(stored.import_, place, [folder / "s12" / "s12.toml"], "en")
    source = await asyncio.to_thread(source_for, place)
    stop = asyncio.Event()
    changes = source.changes(stop)
    waiting = asyncio.ensure_future(anext(changes))
    await asyncio.sleep(0.5)
    await asyncio.to_thread(stored.import_, place, [folder / "hard-1" / "hard-1.toml"], "en")

    await asyncio.wait_for(waiting, 10)
    assert 2 == len(await source.names())
    [(name, loaded)] = await source.load(["KF-2026-001"])
    assert ("KF-2026-001", "KF-2026-001") == (name, loaded.contract and loaded.contract.number)
    stop.set()
    with pytest.raises(StopAsyncIteration):
        await anext(changes)
