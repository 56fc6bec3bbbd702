"""A stranger's plugin comes through the same door as ours, and a broken one names itself and takes nothing down."""

import json
import time
from typing import Any

import pytest

LOAD = """
import json
from plugins.registry import load
from locales import say
registry = load({block}, seconds={seconds})
print(json.dumps({{
    "sectors": {{sector.key: sector.version for sector in registry.sectors}},
    "quarantined": {{
        held.plugin: [held.distribution, held.version, held.place, held.problem.code, say(held.problem, "en")]
        for held in registry.quarantined
    }},
    "states": {{row.plugin: row.state for row in registry.rows}},
    "problems": [say(problem, "zh-Hans") for problem in registry.problems],
}}))
"""


def loaded(environment: Any, block: tuple[str, ...] = (), **variables: str) -> dict[str, Any]:
    return dict(json.loads(environment.run(LOAD.format(block=block, seconds=5), **variables)))


@pytest.fixture(scope="session")
def first_sight(environment: Any) -> dict[str, Any]:
    return loaded(environment)


def test_ours_and_a_good_stranger_are_listed_in_spite_of_all_the_broken_ones(first_sight):
    assert {"property_management": 1, "laundry": 3} == first_sight["sectors"]


@pytest.mark.parametrize(
    ("plugin", "place", "code", "way_out"),
    [
        ("missing_import", "missing_import", "PLUGIN-IMPORT-01", "ModuleNotFoundError"),
        ("raising", "register_sectors", "PLUGIN-HOOK-01", "no licence key"),
        ("misspelled", "register_sector", "PLUGIN-HOOK-02", "Did you mean register_sectors?"),
        ("unmarked", "register_sectors", "PLUGIN-HOOK-03", "@hookimpl"),
        ("with_arguments", "register_sectors", "PLUGIN-HOOK-05", "takes no arguments"),
        ("wrong_type", "register_sectors", "PLUGIN-HOOK-04", "returned str"),
        ("nothing", "register_sectors", "PLUGIN-HOOK-04", "returned NoneType"),
        ("taken_key", "laundry", "PLUGIN-KEY-01", "spondeo-laundry 3.1.0"),
        ("old_api", "api", "SECTOR-API-01", "99"),
        ("leaving", "leaving", "PLUGIN-IMPORT-01", "SystemExit"),
        ("exiting", "register_sectors", "PLUGIN-CRASH-01", "(7)"),
    ],
)
def test_a_broken_plugin_is_quarantined_with_its_name_version_place_and_reason(
    first_sight, plugin, place, code, way_out
):
    distribution, version, where, found, said = first_sight["quarantined"][plugin]

    assert ("spondeo-ramshackle", "0.9.1", place, code) == (distribution, version, where, found)
    assert way_out in said


def test_missing_data_is_quarantined_with_the_file_named(first_sight):
    _, _, where, code, said = first_sight["quarantined"]["no_data"]

    assert "SECTOR-FILE-01" == code
    assert where.endswith(".toml")
    assert "is missing" in said


def test_a_plugin_that_hangs_is_cut_off(first_sight):
    assert ["spondeo-sleeper", "2.0", "register_sectors", "PLUGIN-TIME-01"] == first_sight["quarantined"]["hanging"][:4]


def test_the_verdict_on_a_hanging_plugin_is_kept_so_that_it_costs_its_time_once(environment, first_sight):
    begun = time.monotonic()

    again = loaded(environment)

    assert time.monotonic() - begun < 6
    assert first_sight == again


def test_a_plugin_is_blocked_by_its_name_by_its_distribution_or_from_the_environment(environment, first_sight):
    found = loaded(environment, ("laundry", "spondeo-ramshackle"), SPONDEO_BLOCK_PLUGINS="hanging, nobody")

    assert {"property_management": 1} == found["sectors"]
    assert {} == found["quarantined"]
    assert "blocked" == found["states"]["hanging"]
    assert 1 == len(found["problems"])
    assert "nobody" in found["problems"][0]


def test_a_spoilt_cache_costs_a_second_trial_and_nothing_else(environment, first_sight):
    kept = environment.cache / "plugins.json"
    before = kept.read_text("utf-8")
    kept.write_text("{", "utf-8")

    found = loaded(environment, ("hanging",))
    kept.write_text(before, "utf-8")

    assert first_sight["sectors"] == found["sectors"]


def test_a_cache_that_cannot_be_written_changes_nothing(environment, first_sight):
    found = loaded(environment, ("hanging",), SPONDEO_CACHE_HOME="/dev/null/cache")

    assert first_sight["sectors"] == found["sectors"]


def test_checking_a_plugin_by_name_says_what_is_wrong_and_how_to_mend_it(environment, first_sight):
    said = environment.run(
        "from plugins.registry import plugins_check; from locales import say\n"
        "print([say(p, 'zh-Hans') for p in plugins_check('misspelled').problems + plugins_check('misspeled').problems])"
    )

    assert "[PLUGIN-HOOK-02]" in said
    assert "register_sectors" in said
    assert "misspelled" in said  # the nearest to the name that nobody has
