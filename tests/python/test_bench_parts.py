"""Growth, many clients, loading and the wrapper are measured; what is exact in the results is right."""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Iterator
from typing import Any
from xml.etree import ElementTree

import psycopg
import pytest
from support.cluster import Cluster
from support.wire import Wire
from tmi_db import errors

from bench import concurrency, curves, growth, load, wrapper
from bench.clients import one_statement
from bench.data import BIG, FEW, FIVE
from bench.reading import API_GET
from bench.unchecked import least_checked, unchecked
from bench.workbench import Workbench, workbench

SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture(scope="module")
def bench(cluster: Cluster) -> Iterator[Workbench]:
    """A small filled installation."""
    with workbench(cluster.dsn(), "small", growth.REDUCED) as made:
        yield made


# Floors


def test_the_least_check_still_refuses_a_forged_signature_and_a_stranger_and_none_does_not(bench: Workbench) -> None:
    def gets(call: str, context: str) -> bool:
        try:
            app.execute(one_statement(call), [context, model, threat])
        except psycopg.Error as error:
            assert error.sqlstate == "TM404"
            return False
        return True

    with bench.owner() as owner, bench.app() as app:
        model, threat = owner.execute(
            "SELECT t.threat_model_id, t.id FROM threats t JOIN threat_models m ON m.id = t.threat_model_id"
            " WHERE m.name = %s LIMIT 1",
            [BIG],
        ).fetchone() or (None, None)
        least, nothing = least_checked(owner, API_GET), unchecked(owner, API_GET)
        forged = f"{bench.context(FEW)[:-64]}{'0' * 64}"
        assert not gets(least, forged)
        assert not gets(least, bench.context(FIVE))
        assert gets(least, bench.context(FEW))
        assert gets(nothing, forged)


# Growth


@pytest.fixture(scope="module")
def grown(cluster: Cluster) -> dict[str, Any]:
    return growth.run(cluster.dsn(), quick=True)


def test_every_operation_is_measured_on_every_data_set(grown: dict[str, Any]) -> None:
    names = [curve["name"] for curve in grown["operations"]]
    assert len(set(names)) == len(names)
    assert {"get one threat", "insert one threat", "bulk insert of 1,000", "cells: one operation"} <= set(names)
    for curve in grown["operations"]:
        assert [point["size"] for point in curve["points"]] == list(grown["sizes"].values())
        for point in curve["points"]:
            assert 0 < point["pages_least"] <= point["pages"] <= point["pages_most"]
            assert point["microseconds"] > 0


@pytest.mark.parametrize("depth", ["0%", "50%", "99%"])
def test_a_page_reads_no_more_the_larger_its_model(grown: dict[str, Any], depth: str) -> None:
    (ours,) = (curve for curve in grown["depth"] if curve["name"] == f"{growth.KEYSET}, {depth} deep")
    (bare,) = (curve for curve in grown["depth"] if curve["name"] == f"{growth.BY_HAND}, {depth} deep")
    assert ours["shape"] == "flat"
    for mine, other in zip(ours["points"], bare["points"], strict=True):
        assert mine["pages"] <= other["pages"] + 6


def test_what_reads_more_than_it_returns_is_listed(grown: dict[str, Any]) -> None:
    assert f"{growth.OFFSET}, 99% deep" in grown["growing"]
    assert f"{growth.KEYSET}, 99% deep" not in grown["growing"]
    curves_found = grown["operations"] + grown["depth"]
    assert grown["growing"] == [curve["name"] for curve in curves_found if curve["shape"] == "grows"]


@pytest.mark.parametrize(
    ("costs", "expected"),
    [
        ([7, 8, 9], "flat"),
        ([7, 10, 13], "logarithmic"),
        ([36, 40, 45], "logarithmic"),
        ([100, 133, 166], "logarithmic"),
        ([100, 101, 103], "flat"),
        ([41, 30, 38], "flat"),
        ([10, 32, 100], "grows"),  # as the root of the size
        ([7, 70, 700], "grows"),
        ([30, 31, 60], "grows"),  # a little of every row, which only the largest shows
        ([370, 2224, 15049], "grows"),
    ],
)
def test_a_curve_is_flat_or_as_high_as_an_index_or_it_grows(costs: list[int], expected: str) -> None:
    sizes = [10_000, 100_000, 1_000_000]
    assert growth.shape(list(zip(sizes, costs, strict=True))) == expected


def test_growth_is_json_and_a_table(grown: dict[str, Any]) -> None:
    assert json.loads(json.dumps(grown)) == grown
    words = growth.markdown(grown)
    for curve in grown["operations"] + grown["depth"]:
        assert f"| {curve['name']} |" in words


def test_the_picture_of_growth_is_well_formed_and_names_every_operation(grown: dict[str, Any]) -> None:
    drawn = ElementTree.fromstring(curves.picture(grown))
    texts = [element.text or "" for element in drawn.iter(f"{SVG}text")]
    for curve in grown["operations"]:
        assert curve["name"].partition(", ")[0] in texts
    assert len(list(drawn.iter(f"{SVG}polyline"))) == len(grown["operations"] + grown["depth"])
    width, height = (float(number) for number in drawn.attrib["viewBox"].split()[2:])
    for element in drawn.iter(f"{SVG}circle"):
        assert 0 < float(element.attrib["cx"]) < width
        assert 0 < float(element.attrib["cy"]) < height


def test_the_picture_shows_what_grows_in_another_colour_and_in_words(grown: dict[str, Any]) -> None:
    one = {**grown["operations"][0], "shape": "flat"}
    for shape, kind in (("flat", "ours"), ("grows", "bad")):
        drawn = ElementTree.fromstring(curves.picture({**grown, "operations": [one | {"shape": shape}]}))
        assert next(drawn.iter(f"{SVG}polyline")).attrib["class"] == kind
        assert shape in [element.text for element in drawn.iter(f"{SVG}text")]


# Many clients


@pytest.fixture(scope="module")
def met(bench: Workbench) -> dict[str, Any]:
    return concurrency.run(bench, quick=True)


def test_clients_that_meet_on_the_same_rows_see_no_deadlock_and_no_failure(met: dict[str, Any]) -> None:
    assert met["hammered"] > 0
    assert met["deadlocks"] == {"seen_by_callers": 0, "counted_by_server": 0}
    assert met["retries"] == 0
    assert met["failures"] == []


def test_counts_are_true_after_all_clients_have_written(met: dict[str, Any]) -> None:
    assert met["counts_wrong"] == 0


def test_every_job_is_done_by_many_clients_and_compared_with_its_base(met: dict[str, Any]) -> None:
    jobs = {job["name"]: job for job in met["jobs"]}
    for job in jobs.values():
        assert job["statements"] > 0, job
        assert (job["ratio"] is None) == (job["base"] is None)
    assert jobs[concurrency.API_ONE]["base"] == concurrency.RAW_ONE
    assert jobs[concurrency.NOTIFY]["base"] == concurrency.QUIET
    assert json.loads(json.dumps(met)) == met
    words = concurrency.markdown(met)
    assert all(f"| {name} |" in words for name in jobs)
    assert "deadlocks that reached a caller 0" in words


def test_a_deadlock_that_reaches_a_caller_is_counted_and_so_is_any_other_failure() -> None:
    def deadlock() -> None:
        raise psycopg.errors.DeadlockDetected("in a ring")

    def contended() -> None:
        raise errors.Contended("in a ring", sqlstate="40P01")

    def forbidden() -> None:
        raise errors.Forbidden("not yours", sqlstate="TM403")

    for job in (deadlock, contended):
        done = concurrency.work(job, 0.001)
        assert (done.statements, done.failures) == (0, 0)
        assert done.deadlocks > 0
    done = concurrency.work(forbidden, 0.001)
    assert (done.statements, done.deadlocks) == (0, 0)
    assert done.failures > 0
    assert done.failure == "Forbidden: not yours"


# Loading


@pytest.fixture(scope="module")
def loaded(cluster: Cluster) -> dict[str, Any]:
    return load.run(cluster.dsn(), quick=True)


def test_every_way_of_loading_loads_as_much_and_leaves_counts_true(loaded: dict[str, Any]) -> None:
    ways = {way["name"]: way for way in loaded["ways"]}
    assert loaded["rows"] == 10_000
    for name in (load.INSERT, load.COPY_TRIGGERS, load.API):
        assert ways[name]["counted"] == loaded["rows"], name
        assert ways[name]["counts_wrong"] == 0, name
    assert loaded["counts_wrong"] == 0


def test_what_loads_without_triggers_counts_nothing(loaded: dict[str, Any]) -> None:
    bare = loaded["ways"][0]
    assert bare["name"] == load.COPY
    assert bare["counted"] == 0
    assert bare["counts_wrong"] == loaded["slices"] * loaded["models_a_slice"]


def test_the_figure_stands_beside_the_way_that_it_is_for(loaded: dict[str, Any]) -> None:
    lines = load.markdown(loaded).splitlines()
    assert [line.split(" | ")[0] for line in lines if "<= 2x" in line] == [f"| {loaded['figure_is_for']}"]
    assert json.loads(json.dumps(loaded)) == loaded


# The wrapper


def test_every_way_of_calling_takes_the_round_trips_that_it_is_measured_for(bench: Workbench) -> None:
    wire = Wire(bench.service)
    calls = 20
    expected = {
        wrapper.LIBPQ: calls,
        wrapper.PSYCOPG: calls,
        wrapper.SYNC: calls,
        wrapper.SESSION: calls + 2,  # two sessions of ten calls
        wrapper.ASYNC: calls,
        wrapper.ASYNC_SESSION: calls + 2,
    }
    try:
        with wrapper.ways(dataclasses.replace(bench, service=wire.dsn)) as operations:
            for name, ways in operations.items():
                found = {}
                for way in ways:
                    if way.alone:
                        way.run(calls)
                        with wire.counting() as trips:
                            way.run(calls)
                        found[way.name] = trips[0]
                assert found == expected, name
    finally:
        wire.close()


def test_the_wrapper_is_measured_above_libpq_and_above_psycopg(bench: Workbench) -> None:
    found = wrapper.run(bench, quick=True)
    assert [operation["name"] for operation in found["operations"]] == [wrapper.GET, wrapper.PAGE]
    for operation in found["operations"]:
        ways = {way["name"]: way for way in operation["ways"]}
        assert ways[wrapper.LIBPQ]["above_libpq"] is None
        assert ways[wrapper.PSYCOPG]["above_psycopg"] is None
        assert ways[wrapper.SYNC]["above_libpq"] is not None
        assert ways[wrapper.SYNC]["above_psycopg"] is not None
        assert ways[wrapper.TASKS]["above_libpq"] is None
        assert all(way["calls_per_second"] > 0 for way in ways.values())
    words = wrapper.markdown(found)
    assert all(way["name"] in words for operation in found["operations"] for way in operation["ways"])
