"""The store says what the file says."""

import json
import sqlite3

import pytest


@pytest.fixture
def store(spondeo, s12, tmp_path):
    place = tmp_path / "kf.sqlite"
    assert 0 == spondeo("init", place).code
    assert 0 == spondeo("import", place, s12).code
    return place


def test_the_stores_figures_equal_the_files(spondeo, store, s12):
    kept = json.loads(spondeo("sweep", store, "--as-of", "2026-12-31", "--json").out)
    read = json.loads(spondeo("assess", s12, "--as-of", "2026-12-31", "--json").out)

    assert read["assessments"] == kept["assessments"]


def test_importing_twice_adds_nothing(spondeo, store, s12):
    assert "0 new events, 22 already there" in spondeo("import", store, s12, "--lang", "en").out


def test_an_exported_contract_gives_the_same_figures(spondeo, store, s12, tmp_path):
    for name in ("out.toml", "out.json"):
        spondeo("export", store, "KF-2026-001", "-o", tmp_path / name)
        made = json.loads(spondeo("assess", tmp_path / name, "--as-of", "2026-12-31", "--json").out)
        read = json.loads(spondeo("assess", s12, "--as-of", "2026-12-31", "--json").out)
        assert read["assessments"] == made["assessments"]


def test_a_recorded_event_moves_the_figures_from_then_on(spondeo, store):
    ran = spondeo("event", store, "KF-2026-001", "what=waived", "of=late-payment:P1", "at=2026-11-02")

    assert 0 == ran.code
    [answer] = json.loads(spondeo("sweep", store, "--as-of", "2026-12-31", "--json").out)["assessments"]
    assert [("client", "provider", "0.00 CNY")] == [
        (b["debtor"], b["creditor"], b["open"]) for b in answer["balances"] if b["debtor"] == "client"
    ]


def test_a_wrong_event_is_refused_and_nothing_is_kept(spondeo, store):
    ran = spondeo("event", store, "KF-2026-001", "what=delivred", "of=A4", "at=2026-11-41")

    assert 2 == ran.code
    assert "[EVENT-KIND-02]" in ran.err
    assert "22 events" in spondeo("verify", store, "--lang", "en").out


def test_a_changed_event_breaks_the_chain(spondeo, store):
    with sqlite3.connect(store) as raw:
        [(name, body)] = raw.execute(
            "select name, sql from sqlite_master where type='trigger' and sql like '%UPDATE%' limit 1"
        )
        for (trigger,) in raw.execute("select name from sqlite_master where type='trigger'").fetchall():
            raw.execute(f'drop trigger "{trigger}"')
        [(table,)] = raw.execute("select name from sqlite_master where type='table' and name like '%event%' limit 1")
        raw.execute(f"update \"{table}\" set body = replace(body, '2026-02-16', '2026-02-14')")

    assert name
    assert body
    assert 2 == spondeo("verify", store).code


@pytest.mark.parametrize(
    ("args", "code"),
    [
        (["verify", "{tmp}/none.sqlite"], "STORE-OPEN"),
        (["import", "{s12}", "{s12}"], "STORE-OPEN"),
        (["export", "{store}", "KF-9"], "STORE-CONTRACT-01"),
        (["event", "{store}", "KF-2026-001", "what"], "CLI-FIELD-01"),
        (["sweep", "postgresql://nobody@127.0.0.1:1/none"], "STORE-OPEN"),
    ],
)
def test_a_wrong_store_is_a_problem_with_a_code(spondeo, store, s12, tmp_path, args, code):
    ran = spondeo(*(arg.format(store=store, s12=s12, tmp=tmp_path) for arg in args))

    assert 2 == ran.code
    assert f"[{code}" in ran.err


def test_a_store_gives_statements_that_bear_the_head_of_its_chain(spondeo, store, tmp_path):
    from contracts.papers.attach import attached

    file = tmp_path / "s.pdf"
    head = spondeo("verify", store, "--lang", "en").out.rpartition(" ")[2].strip()

    assert 0 == spondeo("paper", "statement", store, "--as-of", "2026-12-31", "-o", file).code
    assert head.encode() in attached(file.read_bytes())["statement.json"]
    assert 0 == spondeo("check", file).code


def test_a_store_is_assessed_like_files(spondeo, store, s12):
    of_store = spondeo("assess", store, "--as-of", "2026-12-31", "--csv", "charges")
    of_file = spondeo("assess", s12, "--as-of", "2026-12-31", "--csv", "charges")

    assert of_file == of_store


def test_no_figures_come_from_a_ledger_that_somebody_changed(spondeo, store):
    with sqlite3.connect(store) as raw:
        for (trigger,) in raw.execute("select name from sqlite_master where type='trigger'").fetchall():
            raw.execute(f'drop trigger "{trigger}"')
        [(table,)] = raw.execute("select name from sqlite_master where type='table' and name like '%event%' limit 1")
        raw.execute(f"update \"{table}\" set body = replace(body, '2026-02-16', '2026-02-14')")

    ran = spondeo("sweep", store, "--as-of", "2026-12-31")

    assert (2, "") == (ran.code, ran.out)
