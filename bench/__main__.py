"""`make bench`: fills a scratch database, measures interleaved, and writes JSON, Markdown and a picture.

Times on shared machines are ratios or nothing: each round runs every way of every operation once, in an order that is
shuffled anew, and what is reported is the median of a way beside that of the first.
"""

import argparse
import json
import platform
import random
import statistics
import sys
import time
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo
from tmi_db import Database, installation, migrate
from tmi_db.cli.connection import resolve_dsn
from tmi_db.context import Key
from tmi_db.scratch import scratch

from .data import SCALES, fill
from .measures import Measure, measures
from .report import markdown, picture

LOGIN = "tmi_bench_service"
RESULTS = Path(__file__).parent / "results"


def main() -> int:
    """Run the benchmarks from the command line."""
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures what the data layer costs.")
    parser.add_argument("--scale", choices=sorted(SCALES), default="small", help="how much data (default: small)")
    parser.add_argument("--rounds", type=int, default=200, help="how often each way is run (default: 200)")
    parser.add_argument("--dsn", help="a superuser on a server to measure on; by default the embedded one")
    options = parser.parse_args()
    with scratch(resolve_dsn(options.dsn)) as databases:
        dsn = databases.dsn(databases.create())
        key = _install(dsn, options.scale)
        service = make_conninfo(dsn, user=LOGIN)
        with (
            psycopg.connect(dsn, autocommit=True, prepare_threshold=0) as owner,
            psycopg.connect(dsn, autocommit=True, prepare_threshold=0) as bare,
            psycopg.connect(service, autocommit=True, prepare_threshold=0) as app,
            Database(service, key=key, min_size=1, max_size=1) as db,
        ):
            for conn in (owner, bare, app):
                conn.execute("SET search_path TO tmi, pg_temp")
            bare.execute("SET session_replication_role TO replica")
            version = str(owner.info.server_version)
            found = _run(measures(owner, bare, app, db, dsn), options.rounds)
    result = {
        "scale": options.scale,
        "rounds": options.rounds,
        "server": version,
        "machine": f"{platform.system()} {platform.machine()}",
        "measures": found,
    }
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / f"{options.scale}.json").write_text(json.dumps(result, indent=2) + "\n", encoding="utf-8")
    (RESULTS / f"{options.scale}.svg").write_text(picture(result), encoding="utf-8")
    text = markdown(result)
    (RESULTS / f"{options.scale}.md").write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    return 0


def _install(dsn: str, scale: str) -> Key:
    key = Key.generate("bench")
    migrate.up(dsn)
    with psycopg.connect(dsn, autocommit=True) as owner:
        if owner.execute("SELECT FROM pg_roles WHERE rolname = %s", [LOGIN]).fetchone() is None:
            owner.execute(sql.SQL("CREATE ROLE {} LOGIN").format(sql.Identifier(LOGIN)))
        installation.run(owner, installation.grant_sql(owner, "tmi", LOGIN))
        owner.execute("SET search_path TO tmi, pg_temp")
        owner.execute("SELECT key_new(%s, %s)", [key.id, key.secret])
        sys.stderr.write(f"filling: {SCALES[scale]}\n")
        fill(owner, SCALES[scale])
    return key


def _run(all_measures: list[Measure], rounds: int) -> list[dict[str, Any]]:
    """Time every way of every measure, interleaved."""
    shuffle = random.Random(7).shuffle
    turns = [(measure, way) for measure in all_measures for way in measure.ways]
    times: dict[tuple[str, str], list[float]] = {(measure.name, way): [] for measure, way in turns}
    for round_ in range(-5, rounds):
        shuffle(turns)
        for measure, way in turns:
            # What takes long is run less often: a median needs no more than this.
            taken = times[measure.name, way]
            if taken and statistics.median(taken) > 0.02 and len(taken) >= 15:
                continue
            begun = time.perf_counter()
            measure.ways[way]()
            elapsed = time.perf_counter() - begun
            if round_ >= 0:
                taken.append(elapsed)
        if sys.stderr.isatty():
            sys.stderr.write(f"\rround {max(round_ + 1, 0)} of {rounds}")
    return [
        {
            "name": measure.name,
            "figure": measure.figure,
            "ways": [
                {
                    "name": way,
                    "runs": len(times[measure.name, way]),
                    "microseconds": [round(value * 1e6, 1) for value in _quartiles(times[measure.name, way])],
                }
                for way in measure.ways
            ],
        }
        for measure in all_measures
    ]


def _quartiles(values: list[float]) -> tuple[float, float, float]:
    low, middle, high = statistics.quantiles(values, n=4)
    return low, middle, high


if __name__ == "__main__":
    sys.exit(main())
