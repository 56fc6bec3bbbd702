"""The ledger: it refuses to be changed, and when it has been changed it says where."""

from datetime import UTC, datetime

import pytest

from core.store.chain import START, digest_of, event_link, snapshot_link
from core.store.values import Entry

NUMBER = "KF-2026-001"


@pytest.mark.parametrize("table", ["spondeo_event", "spondeo_snapshot"])
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET body = 'x'", "DELETE FROM {}", "UPDATE {} SET recorded = appended"]
)
async def test_the_database_itself_refuses_to_change_the_ledger(store, entry, sql, table, statement):
    await store.append_events(NUMBER, [entry("a")])

    with pytest.raises(Exception, match="append-only"):
        await sql(statement.format(table))
    assert (await store.verify()).ok


@pytest.mark.parametrize("table", ["spondeo_event", "spondeo_snapshot"])
async def test_the_ledger_cannot_be_replaced_or_emptied_in_one_sweep(store, entry, sql, table):
    """REPLACE on SQLite deletes without asking the delete trigger; TRUNCATE on PostgreSQL skips row triggers."""
    await store.append_events(NUMBER, [entry("a")])
    if store.place.startswith("postgresql"):
        statements = [f"TRUNCATE {table}", f"TRUNCATE {table} CASCADE"]
    else:
        columns = [row["name"] for row in await sql(f"PRAGMA table_info({table})")]
        moved = ", ".join("seq + 100" if name == "seq" else name for name in columns)
        statements = [f"REPLACE INTO {table} SELECT {chosen} FROM {table}" for chosen in ("*", moved)]

    for statement in statements:
        with pytest.raises(Exception, match="append-only"):
            await sql(statement)
    assert (await store.verify()).ok


@pytest.mark.parametrize("place", ["postgres"], indirect=True)
async def test_a_session_that_calls_itself_a_replica_is_refused_too(store, entry):
    await store.append_events(NUMBER, [entry("a")])

    async with store._engine.pool.acquire() as session:
        await session.execute("SET session_replication_role = replica")
        with pytest.raises(Exception, match="append-only"):
            await session.execute("DELETE FROM spondeo_event")


async def test_a_contract_with_a_ledger_cannot_be_deleted(store, sql):
    with pytest.raises(Exception, match=r"(?i)foreign key"):
        await sql("DELETE FROM spondeo_contract")


async def test_an_untouched_ledger_verifies(store, put, entry):
    await store.append_events(NUMBER, [entry("a"), entry("b")])
    await put(store, b'{"v":2}')
    report = await store.verify()

    assert report.ok
    assert (2, 2, None) == (report.events, report.snapshots, report.broken)
    assert await store.head() == report.head


async def test_an_empty_ledger_verifies_and_its_head_is_the_start(place):
    from core.store import open_store

    async with open_store(place, create=True) as store:
        assert (await store.verify()).ok
        assert START == await store.head()


@pytest.mark.parametrize(
    ("statement", "broken"),
    [
        ("UPDATE spondeo_event SET body = '{}' WHERE event = 'b'", 3),
        ("UPDATE spondeo_event SET happened = '2026-02-01' WHERE event = 'b'", 3),
        ("UPDATE spondeo_event SET recorded = '2026-01-01 00:00:00+00:00' WHERE event = 'b'", 3),
        ("UPDATE spondeo_event SET appended = '2026-01-01 00:00:00+00:00' WHERE event = 'c'", 4),
        ("UPDATE spondeo_event SET event = 'B' WHERE event = 'b'", 3),
        ("UPDATE spondeo_event SET hash = prev WHERE event = 'b'", 3),
        ("DELETE FROM spondeo_event WHERE event = 'b'", 3),
        ("DELETE FROM spondeo_event WHERE event = 'c'", 4),
        ("DELETE FROM spondeo_event", 2),
        ("UPDATE spondeo_event SET seq = 9 WHERE event = 'c'", 4),
        ("UPDATE spondeo_snapshot SET body = '{}'", 1),
        ("UPDATE spondeo_snapshot SET version = 2", 1),
        ("UPDATE spondeo_contract SET number = 'KF-2'", 1),
        ("UPDATE spondeo_meta SET seq = 3", 4),
        ("UPDATE spondeo_meta SET head = 'x'", 5),
    ],
)
async def test_a_change_is_found_where_it_was_made(store, entry, unguarded, statement, broken):
    """The snapshot is 1; the events a, b, c are 2, 3, 4."""
    await store.append_events(NUMBER, [entry("a"), entry("b"), entry("c")])
    await unguarded(statement)
    report = await store.verify()

    assert not report.ok
    assert broken == report.broken


async def test_a_change_with_its_digest_made_to_fit_is_still_found(store, entry, unguarded):
    await store.append_events(NUMBER, [entry("a"), entry("b")])
    await unguarded(f"UPDATE spondeo_event SET body = '[]', digest = '{digest_of(b'[]')}' WHERE event = 'a'")

    assert 2 == (await store.verify()).broken


async def test_every_place_that_was_changed_is_named(store, entry, unguarded):
    await store.append_events(NUMBER, [entry(name) for name in "abcd"])
    await unguarded("UPDATE spondeo_event SET body = '[]' WHERE event IN ('a', 'd')")

    assert [2, 5] == [problem.args["seq"] for problem in (await store.verify()).problems]


def test_the_chain_can_be_worked_out_with_other_tools():
    """printf %s '[1,"000…","1"…]' | sha256sum: the array stands in the README of core/store."""
    import hashlib
    import json

    march = datetime(2026, 3, 1, tzinfo=UTC)
    told = Entry("e1", b"{}", march, "delivered", "附件1", "2026-03-01")
    body = digest_of(b"{}")
    instant = "2026-03-01T00:00:00.000000+00:00"
    event = [1, START, 1, "event", "KF/1", "e1", "delivered", "附件1", "2026-03-01", instant, instant, body]
    snapshot = [1, START, 1, "snapshot", "KF/1", 2, instant, instant, body]

    def by_hand(record):
        return hashlib.sha256(json.dumps(record, ensure_ascii=False, separators=(",", ":")).encode()).hexdigest()

    assert by_hand(event) == event_link(START, 1, "KF/1", told, body, march)
    assert by_hand(snapshot) == snapshot_link(START, 1, "KF/1", 2, march, march, body)
