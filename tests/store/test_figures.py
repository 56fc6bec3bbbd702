"""Obligations and charges as last assessed: rebuilt at will, exact, and touched only where they differ."""

from datetime import UTC, datetime

import pytest

from core.problems import InputError
from core.store import ChargeLine, Header, ObligationLine, Written

NUMBER = "KF-2026-001"
MARCH = datetime(2026, 3, 1, tzinfo=UTC)
HEADER = Header(MARCH, MARCH, 1, "world")
A1 = ObligationLine("A1", b'{"due":"2026-02-04"}', "甲方", "2026-02-04", "late")
PAY = ObligationLine("pay", b"{}", "乙方", "2026-02-04", "open", 30_000_000, "CNY")
LATE = ChargeLine("late-annex:A1", b'{"slices":[]}', "甲方", "乙方", 7_200_000, 1_200_000, "CNY")


async def test_figures_come_back_as_they_went_in(store):
    await store.replace_projections(NUMBER, [PAY, A1], [LATE], HEADER)

    assert [A1, PAY] == await store.obligations(NUMBER)
    assert [LATE] == await store.charges(NUMBER)
    assert HEADER == await store.header(NUMBER)


async def test_a_contract_never_assessed_has_no_figures(store):
    assert ([], [], None) == (
        await store.obligations(NUMBER),
        await store.charges(NUMBER),
        await store.header(NUMBER),
    )


async def test_only_what_differs_is_written(store, sql):
    async def rows():
        kept = await sql("SELECT id, key FROM spondeo_obligation ORDER BY key")
        return {row["key"]: row["id"] for row in kept}

    assert Written(3, 0, 0) == await store.replace_projections(NUMBER, [A1, PAY], [LATE], HEADER)
    before = await rows()
    later = Header(MARCH, MARCH, 2, "other world")
    paid = ObligationLine("pay", b"{}", "乙方", "2026-02-04", "kept", 30_000_000, "CNY")

    assert Written(0, 0, 0) == await store.replace_projections(NUMBER, [A1, PAY], [LATE], later)
    assert Written(0, 1, 1) == await store.replace_projections(NUMBER, [paid, A1], [], later)
    assert before["A1"] == (await rows())["A1"]
    assert ([A1, paid], [], later) == (
        await store.obligations(NUMBER),
        await store.charges(NUMBER),
        await store.header(NUMBER),
    )


async def test_figures_are_no_part_of_the_ledger(store):
    head = await store.head()
    await store.replace_projections(NUMBER, [A1], [LATE], HEADER)

    assert head == await store.head()


@pytest.mark.parametrize("amount", [12_345_678_901_234_567, -(2**63), 2**63 - 1])
async def test_large_amounts_stay_exact(store, amount):
    """12,345,678,901,234,567 is beyond what a float can hold."""
    charge = ChargeLine("c", b"{}", amount=amount, beyond_cap=amount, currency="CNY")
    await store.replace_projections(NUMBER, [ObligationLine("o", b"{}", amount=amount)], [charge], HEADER)

    assert [amount, amount, amount] == [
        (await store.charges(NUMBER))[0].amount,
        (await store.charges(NUMBER))[0].beyond_cap,
        (await store.obligations(NUMBER))[0].amount,
    ]


async def test_an_amount_that_does_not_fit_is_refused_and_the_old_figures_stand(store):
    await store.replace_projections(NUMBER, [A1], [LATE], HEADER)

    with pytest.raises(InputError, match=r"huge \[STORE-AMOUNT-01\]"):
        await store.replace_projections(NUMBER, [], [ChargeLine("huge", b"{}", amount=2**63)], HEADER)
    assert [LATE] == await store.charges(NUMBER)


async def test_more_lines_than_one_statement_takes_are_written_all_or_not_at_all(store):
    many = [ObligationLine(f"{number:05}", b"{}") for number in range(1_201)]
    await store.replace_projections(NUMBER, many, [], HEADER)
    assert many == await store.obligations(NUMBER)

    with pytest.raises(Exception, match=r"(?i)unique|duplicate"):
        await store.replace_projections(NUMBER, [*many[:700], many[0]], [LATE, LATE], HEADER)
    assert many == await store.obligations(NUMBER)
    assert Written(0, 0, 1_201) == await store.replace_projections(NUMBER, [], [], HEADER)
