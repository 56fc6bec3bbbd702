"""Contracts as versions and events as a record: what goes in comes out, once, and by what was then known."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta, timezone
from hashlib import sha256

import pytest

from core.problems import InputError
from core.store import Appended, Entry, open_store, using

NUMBER = "KF-2026-001"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)


async def test_a_contract_comes_back_byte_for_byte(store, put):
    body = '{"title":"服務合約","note":"é \\u0000 \'; --"}'.encode()
    await put(store, body, number="二〇二六/1")

    assert body == await store.snapshot("二〇二六/1")
    assert [NUMBER, "二〇二六/1"] == await store.numbers()


async def test_the_same_contract_again_is_no_new_version(store, put):
    assert 1 == await put(store, b'{"number":"KF-2026-001"}')
    assert 2 == await put(store, b'{"v":2}')
    assert 2 == await put(store, b'{"v":2}')


async def test_a_contract_that_goes_back_to_what_it_was_is_a_new_version(store, put):
    await put(store, b'{"v":2}')

    assert 3 == await put(store, b'{"number":"KF-2026-001"}')
    assert b'{"number":"KF-2026-001"}' == await store.snapshot(NUMBER)


async def test_every_version_stays(store, put):
    await put(store, b'{"v":2}')

    assert b'{"number":"KF-2026-001"}' == await store.snapshot(NUMBER, 1)
    assert b'{"v":2}' == await store.snapshot(NUMBER, 2)


async def test_the_version_known_on_a_day_is_found_again(place, put):
    async with open_store(place, create=True) as store:
        await put(store, b'{"v":1}', recorded=MARCH)
        await put(store, b'{"v":2}', recorded=MARCH + timedelta(days=1))

        assert b'{"v":1}' == await store.snapshot(NUMBER, known_at=MARCH)
        assert b'{"v":2}' == await store.snapshot(NUMBER, known_at=MARCH + timedelta(days=1))
        with pytest.raises(InputError, match="STORE-SNAPSHOT-01"):
            await store.snapshot(NUMBER, known_at=MARCH - timedelta(microseconds=1))


async def test_a_snapshot_under_a_wrong_digest_is_our_mistake(store):
    with pytest.raises(ValueError, match="not the digest"):
        await store.put_contract(NUMBER, "", b"{}", sha256(b"[]").hexdigest())


async def test_events_come_back_in_the_order_in_which_they_were_appended(store, entry):
    await store.append_events(NUMBER, [entry("b"), entry("a")])
    await store.append_events(NUMBER, [entry("c")])

    assert [b'{"id":"b"}', b'{"id":"a"}', b'{"id":"c"}'] == await store.events(NUMBER)


async def test_the_same_event_again_is_there_already(store, entry):
    first = await store.append_events(NUMBER, [entry("a"), entry("b")])
    again = await store.append_events(NUMBER, [entry("b"), entry("c"), entry("c")])

    assert (("a", "b"), ()) == (first.new, first.already)
    assert (("c",), ("b", "c")) == (again.new, again.already)
    assert 3 == len(await store.events(NUMBER))
    assert again.head == await store.head()


async def test_the_same_id_with_another_content_is_a_problem_and_nothing_is_added(store, entry):
    await store.append_events(NUMBER, [entry("a"), entry("b")])
    head = await store.head()

    with pytest.raises(InputError) as told:
        await store.append_events(NUMBER, [entry("new"), entry("a", body=b"[1]"), entry("b", body=b"[2]")])

    assert [("STORE-EVENT-01", f"{NUMBER}/{name}") for name in "ab"] == [
        (problem.code, problem.where) for problem in told.value.problems
    ]
    assert head == await store.head()
    assert 2 == len(await store.events(NUMBER))


async def test_two_contracts_may_use_the_same_event_id(store, put, entry):
    await put(store, b"{}", number="other")
    await store.append_events(NUMBER, [entry("a")])

    assert ("a",) == (await store.append_events("other", [entry("a", body=b"[]")])).new


async def test_many_events_at_once_are_all_or_nothing_too(store, entry):
    many = [entry(f"{number:04}") for number in range(1_000)]
    assert 1_000 == len((await store.append_events(NUMBER, many)).new)
    assert [event.payload for event in many] == await store.events(NUMBER)
    assert (await store.verify()).ok

    with pytest.raises(InputError, match="STORE-EVENT-01"):
        await store.append_events(NUMBER, [entry("x"), *many[:500], entry("0999", body=b"[]")])
    assert ((), 1_000) == ((again := await store.append_events(NUMBER, many)).new, len(again.already))


async def test_nothing_to_append_changes_nothing(store):
    head = await store.head()

    assert Appended((), (), head) == await store.append_events(NUMBER, [])
    assert head == await store.head()


async def test_what_was_recorded_later_is_not_known_earlier(store, entry):
    beijing = timezone(timedelta(hours=8))
    await store.append_events(NUMBER, [entry("early", recorded=datetime(2026, 3, 1, 8, 0, tzinfo=beijing))])
    await store.append_events(NUMBER, [entry("late", recorded=MARCH + timedelta(microseconds=1))])

    assert [b'{"id":"early"}'] == await store.events(NUMBER, known_at=MARCH)
    assert 2 == len(await store.events(NUMBER, known_at=MARCH + timedelta(microseconds=1)))
    assert [] == await store.events(NUMBER, known_at=MARCH - timedelta(microseconds=1))


async def test_an_unknown_contract_is_named(store, entry):
    for ask in (store.snapshot("KF-0"), store.events("KF-0"), store.charges("KF-0"), store.export("KF-0")):
        with pytest.raises(InputError, match=r"KF-0 \[STORE-CONTRACT-01\]"):
            await ask
    with pytest.raises(InputError, match=r"KF-0 \[STORE-CONTRACT-01\]"):
        await store.append_events("KF-0", [entry("a")])


async def test_a_version_that_does_not_exist_is_named(store):
    with pytest.raises(InputError, match="STORE-SNAPSHOT-01"):
        await store.snapshot(NUMBER, 7)


async def test_an_instant_without_a_zone_is_our_mistake(store):
    naive = datetime(2026, 3, 1)  # noqa: DTZ001 - this is what is refused
    with pytest.raises(ValueError, match="no time zone"):
        await store.append_events(NUMBER, [Entry("a", b"{}", naive)])
    with pytest.raises(ValueError, match="no time zone"):
        await store.events(NUMBER, known_at=naive)


async def test_a_character_that_one_engine_cannot_keep_is_refused_by_both(store, put, entry):
    with pytest.raises(InputError, match="STORE-TEXT-01"):
        await put(store, b"{}", number="KF\0")
    with pytest.raises(InputError, match="STORE-TEXT-01"):
        await store.append_events(NUMBER, [entry("a\0", body=b"{}")])


async def test_an_export_holds_the_newest_contract_and_all_events(store, entry):
    await store.append_events(NUMBER, [entry("a")])

    assert {
        "number": NUMBER,
        "title": "A service contract",
        "contract": {"number": NUMBER},
        "events": [{"id": "a"}],
        "head": await store.head(),
    } == await store.export(NUMBER)


async def test_two_stores_can_be_open_at_once(place, tmp_path, put, entry):
    other = str(tmp_path / "other.sqlite")
    async with open_store(place, create=True) as one, open_store(other, create=True) as two:
        await put(one, b'{"in":1}')
        await put(two, b'{"in":2}')
        await two.append_events(NUMBER, [entry("a")])

        assert b'{"in":1}' == await one.snapshot(NUMBER)
        assert b'{"in":2}' == await two.snapshot(NUMBER)
        assert (0, 1) == (len(await one.events(NUMBER)), len(await two.events(NUMBER)))


def test_a_command_needs_no_loop_of_its_own(place):
    assert [] == using(place, lambda store: store.numbers(), create=True)


def test_a_process_that_used_a_store_ends(place, root):
    program = f"""
from core.store import using
async def work(store):
    await store.put_contract("1", "", b"{{}}", {sha256(b"{}").hexdigest()!r})
    await store.append_events("1", [])
using({place!r}, work, create=True)
"""
    subprocess.run([sys.executable, "-W", "error", "-c", program], cwd=root, check=True, timeout=20)
