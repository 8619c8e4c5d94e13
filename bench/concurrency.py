"""What eight clients get done at once, and whether anybody is ever hurt by it: throughput, deadlocks, counts.

Clients are processes, as the workers of a service are, so that none waits for another's Python. On two cores that costs
the server more than it gives the clients: as threads of one process they got more done, a raw insert 1.5 times and a
call 1.2 times, so the ratios would be a little lower.

All clients run one job for a slice of time, then all run the next, over and over, so that what happens to the machine
happens to every job; what is reported are medians over the slices.
"""

import multiprocessing
import random
import statistics
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import cycle
from multiprocessing.connection import Connection as Pipe
from threading import BrokenBarrierError
from typing import Any
from uuid import UUID

import psycopg
from psycopg.conninfo import make_conninfo
from tmi_db import Api, Database, TmiError, pooling
from tmi_db.context import Key

from .data import FEW
from .workbench import SCHEMA, Workbench, connect, counts_wrong, value

CLIENTS = 8
HAMMERED = 10_000
"""Statements that meet others on the same rows, in a whole run at the least."""

_SLICES, _SECONDS = 9, 1.0
_QUICK_SLICES, _QUICK_SECONDS = 2, 0.15
_MODELS, _ROWS, _LOAD_MODELS = 200, 100, 100
_WAIT = 120

RAW_ONE = "raw INSERT, one model"
API_ONE = "threat_create, one model"
RAW_MANY = "raw INSERT, many models"
API_MANY = "threat_create, many models"
RAW_LOAD = "raw load over 100 models, opposite orders"
LOAD = "load by the owner over 100 models, opposite orders"
BULK = "threat_bulk_update of the same 100 rows, opposite orders"
CELLS = "cell_apply_ops on one diagram"
MIXED = "all of these at once, on the same models"
QUIET = "threat_model_update, tmi.notify_models off"
NOTIFY = "threat_model_update, tmi.notify_models on"

_BASES = {API_ONE: RAW_ONE, API_MANY: RAW_MANY, LOAD: RAW_LOAD, NOTIFY: QUIET}
"""What each job is compared with: the same without triggers, foreign keys and RLS, or the same without notices."""

_ROWS_A_STATEMENT = {RAW_LOAD: _LOAD_MODELS, LOAD: _LOAD_MODELS, BULK: _ROWS}
_CONTENDED = (API_ONE, LOAD, BULK, CELLS, MIXED)

_INSERT = "INSERT INTO threats (threat_model_id, name, description) VALUES (%s, 'New', 'text')"
_LOAD = """
INSERT INTO threats (threat_model_id, name)
SELECT m.id, 'Loaded'
FROM unnest(%s::uuid[]) WITH ORDINALITY AS m (id, n)
ORDER BY m.n
"""


@dataclass(frozen=True, slots=True)
class Stage:
    """What the clients need to know: where to connect, and which rows they meet on."""

    dsn: str
    service: str
    key: str
    models: Sequence[UUID]
    raw_models: Sequence[UUID]
    rows: Sequence[UUID]
    diagram: UUID

    @property
    def model(self) -> UUID:
        """The model that everybody meets on; the rows and the diagram are of it."""
        return self.models[0]

    @property
    def raw_model(self) -> UUID:
        """The same for inserts that keep no count."""
        return self.raw_models[0]


@dataclass(slots=True)
class Done:
    """What a client did in a slice."""

    statements: int = 0
    seconds: float = 0.0
    cpu: float = 0.0
    deadlocks: int = 0
    failures: int = 0
    retries: int = 0
    failure: str = ""


class _Counted(pooling.Attempts):
    """Counts how often the package repeats a call, which it tells nobody."""

    retries = 0

    def delay(self, failure: TmiError, *, repeatable: bool) -> float | None:
        wait = pooling.Attempts.delay(self, failure, repeatable=repeatable)
        _Counted.retries += wait is not None
        return wait


def run(workbench: Workbench, quick: bool = False) -> dict[str, Any]:
    """Measure what eight clients get done at once.

    Args:
        workbench: a filled installation, to which models are added.
        quick: a few short slices, to see that everything runs.

    Returns:
        `jobs`, each with its throughput, that of its base, and what went wrong; `deadlocks` that a caller saw, that the
        server counted, and that the package repeated; `counts_wrong`, models whose counts are not true at the end;
        `hammered`, statements that met others on the same rows.
    """
    seconds = _QUICK_SECONDS if quick else _SECONDS
    with workbench.owner() as owner:
        stage = _stage(workbench)
        before = _deadlocks(owner)
        found: dict[str, list[list[Done]]] = {}
        with _clients(stage) as clients:
            for _ in range(_QUICK_SLICES if quick else _SLICES):
                for job in _shuffled(_JOBS):
                    found.setdefault(job, []).append(clients.run(job, seconds))
            while not quick and _hammered(found) < HAMMERED:
                found[MIXED].append(clients.run(MIXED, seconds))
        _wait_for_goodbyes(owner)
        wrong = counts_wrong(owner, stage.models)
        if not counts_wrong(owner, stage.raw_models):
            raise RuntimeError("counts that nobody kept were found right, so finding them right proves nothing")
        counted = _deadlocks(owner) - before
        settings = {
            name: value(owner, f"SHOW {name}")
            for name in ("server_version", "fsync", "deadlock_timeout", "wal_sync_method")
        }
    everything = [done for slices in found.values() for slice_ in slices for done in slice_]
    return {
        "quick": quick,
        "clients": CLIENTS,
        "slices": _QUICK_SLICES if quick else _SLICES,
        "seconds": seconds,
        "settings": settings,
        "jobs": [_job(job, found) for job in _JOBS],
        "hammered": _hammered(found),
        "statements": sum(done.statements for done in everything),
        "deadlocks": {
            "seen_by_callers": sum(done.deadlocks for done in everything),
            "counted_by_server": counted,
        },
        "retries": sum(done.retries for done in everything),
        "failures": sorted({done.failure for done in everything if done.failure}),
        "counts_wrong": wrong,
    }


def markdown(found: dict[str, Any]) -> str:
    """Write the throughputs as a table, and what went wrong below it."""
    lines = [
        f"{found['clients']} clients (processes) at once, {found['slices']} slices of {found['seconds']:g} s,"
        f" interleaved, fsync {found['settings']['fsync']}. Client CPU: how many cores all clients took together.",
        "",
        "| job | statements a second | rows a second | middle half of statements | against | client CPU |",
        "|---|---|---|---|---|---|",
    ]
    for job in found["jobs"]:
        against = f"{job['ratio']:.2f}x of {job['base']}" if job["base"] else ""
        low, _, high = job["per_second"]
        lines.append(
            f"| {job['name']} | {job['per_second'][1]:,.0f} | {job['rows_per_second']:,.0f}"
            f" | {low:,.0f} to {high:,.0f} | {against} | {job['client_cpu']:.2f} |"
        )
    deadlocks = found["deadlocks"]
    lines += [
        "",
        f"{found['hammered']:,} statements met others on the same rows ({found['statements']:,} in all): deadlocks that"
        f" reached a caller {deadlocks['seen_by_callers']}, that the server counted {deadlocks['counted_by_server']};"
        f" calls that the package repeated {found['retries']}; models whose counts were wrong afterwards"
        f" {found['counts_wrong']}; other failures: {'; '.join(found['failures']) or 'none'}.",
    ]
    if found["settings"]["fsync"] != "on":
        lines += ["", "Without fsync a commit waits for nothing, so the cost of notices does not show."]
    return "\n".join(lines) + "\n"


def _job(job: str, found: dict[str, list[list[Done]]]) -> dict[str, Any]:
    rates = [_rate(slice_) for slice_ in found[job]]
    base = _BASES.get(job)
    pairs = zip(rates, (_rate(slice_) for slice_ in found[base]), strict=False) if base else ()
    done = [one for slice_ in found[job] for one in slice_]
    quartiles = statistics.quantiles(rates, n=4) if len(rates) > 1 else rates * 3
    return {
        "name": job,
        "statements": sum(one.statements for one in done),
        "per_second": [round(rate, 1) for rate in quartiles],
        "rows_per_second": round(statistics.median(rates) * _ROWS_A_STATEMENT.get(job, 1), 1),
        "base": base,
        "ratio": round(statistics.median(mine / other for mine, other in pairs), 3) if base else None,
        "client_cpu": round(sum(one.cpu for one in done) / max(sum(one.seconds for one in done) / CLIENTS, 1e-9), 2),
        "deadlocks": sum(one.deadlocks for one in done),
        "failures": sum(one.failures for one in done),
        "retries": sum(one.retries for one in done),
    }


def _rate(slice_: Sequence[Done]) -> float:
    return sum(done.statements / done.seconds for done in slice_)


def _hammered(found: dict[str, list[list[Done]]]) -> int:
    return sum(done.statements for job in _CONTENDED for slice_ in found.get(job, []) for done in slice_)


def _shuffled(jobs: Sequence[str]) -> list[str]:
    return random.sample(list(jobs), len(jobs))


def _stage(bench: Workbench) -> Stage:
    with bench.database() as db:
        few = db.as_user(FEW)
        models, raw_models = (
            [few.threat_models.create(f"{name} {number}").id for number in range(_MODELS)] for name in ("Met on", "Raw")
        )
        rows = [row.id for row in few.threats.bulk_create(models[0], [{"name": f"T{n}"} for n in range(_ROWS)])]
        cells = [{"id": f"c{n}", "shape": "process", "x": n, "y": n, "width": 80, "height": 60} for n in range(50)]
        diagram = few.diagrams.create(models[0], "Drawing", cells=cells).id
    return Stage(bench.dsn, bench.service, str(bench.key), models, raw_models, rows, diagram)


def _deadlocks(owner: psycopg.Connection[Any]) -> int:
    return int(value(owner, "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))


def _wait_for_goodbyes(owner: psycopg.Connection[Any]) -> None:
    """Wait until the clients' server processes have ended: only then are all of their statistics there."""
    text = (
        "SELECT count(*) FROM pg_stat_activity"
        " WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
        " AND application_name = 'bench_client'"
    )
    while value(owner, text):
        time.sleep(0.01)


# The clients


class _Clients:
    """Processes that all do the same job at the same time."""

    def __init__(self, pipes: Sequence[Pipe]) -> None:
        self._pipes = pipes

    def run(self, job: str, seconds: float) -> list[Done]:
        """Have all of them do a job for so many seconds, and give what each has done."""
        for pipe in self._pipes:
            pipe.send((job, seconds))
        answers = [self._answer(pipe) for pipe in self._pipes]
        faults = [answer for answer in answers if isinstance(answer, str)]
        if faults:
            # Those that waited for the one that ended have nothing to say but that.
            raise RuntimeError(f"a client ended: {max(faults, key=len)}")
        return [answer for answer in answers if isinstance(answer, Done)]

    @staticmethod
    def _answer(pipe: Pipe) -> Done | str:
        if not pipe.poll(_WAIT):
            raise TimeoutError(f"a client has not answered for {_WAIT} seconds")
        answer: Done | str = pipe.recv()
        return answer


@contextmanager
def _clients(stage: Stage) -> Iterator[_Clients]:
    """Start the clients, wait until all are connected, and end them afterwards."""
    context = multiprocessing.get_context("spawn")
    barrier = context.Barrier(CLIENTS)
    pipes: list[Pipe] = []
    processes = []
    try:
        for number in range(CLIENTS):
            here, there = context.Pipe()
            process = context.Process(target=_client, args=(there, barrier, stage, number), daemon=True)
            process.start()
            there.close()
            pipes.append(here)
            processes.append(process)
        yield _Clients(pipes)
        for pipe in pipes:
            pipe.send(None)
        for process in processes:
            process.join(_WAIT)
    finally:
        for process in processes:
            process.kill()
            process.join()
            process.close()
        for pipe in pipes:
            pipe.close()


def _client(pipe: Pipe, barrier: Any, stage: Stage, number: int) -> None:
    """Do jobs until told to end; what a client process runs."""
    try:
        pooling.Attempts = _Counted  # type: ignore[misc]
        with ExitStack() as stack:
            jobs = _jobs(stack, stage, number)
            # Every way is run once before anything is timed: plans and prepared statements are there.
            for job in jobs.values():
                for _ in range(3):
                    job()
            while (order := pipe.recv()) is not None:
                job, seconds = order
                barrier.wait(_WAIT)
                pipe.send(work(jobs[job], seconds))
    except EOFError:
        pass
    except BrokenBarrierError:
        pipe.send("")
    except BaseException as error:
        barrier.abort()
        pipe.send(f"{type(error).__name__}: {error}")


def work(job: Callable[[], object], seconds: float) -> Done:
    """Do a job over and over for so many seconds, whatever comes of it.

    Args:
        job: does one statement.
        seconds: after how many no other is begun.
    """
    done = Done()
    retries = _Counted.retries
    cpu = time.process_time()
    begun = time.perf_counter()
    while (now := time.perf_counter()) - begun < seconds:
        try:
            job()
            done.statements += 1
        except (TmiError, psycopg.Error) as error:
            if error.sqlstate == pooling.DEADLOCK_DETECTED:
                done.deadlocks += 1
            else:
                done.failures += 1
                done.failure = f"{type(error).__name__}: {error}"
    done.seconds = now - begun
    done.cpu = time.process_time() - cpu
    done.retries = _Counted.retries - retries
    return done


_SETTINGS = f"-csearch_path={SCHEMA},pg_temp -csynchronous_commit="


def _jobs(stack: ExitStack, stage: Stage, number: int) -> dict[str, Callable[[], object]]:
    """Connect, and make the jobs of one client.

    Every other client takes rows and models in the opposite order.
    """

    def owning(more: str = "") -> psycopg.Connection[Any]:
        dsn = make_conninfo(stage.dsn, options=f"{_SETTINGS}off{more}", application_name="bench_client")
        return stack.enter_context(connect(dsn))

    def api(settings: str) -> Api:
        dsn = make_conninfo(stage.service, options=_SETTINGS + settings, application_name="bench_client")
        db = stack.enter_context(Database(dsn, key=Key.parse(stage.key), min_size=1, max_size=1))
        return db.as_user(FEW)

    step = -1 if number % 2 else 1
    bare, owner = owning(" -csession_replication_role=replica"), owning()
    few, quiet, loud = api("off"), api("on -ctmi.notify_models=off"), api("on -ctmi.notify_models=on")
    own = stage.models[1 + number]
    turns = list(stage.models)
    random.Random(number).shuffle(turns)
    raw_turns = [stage.raw_models[stage.models.index(model)] for model in turns]
    raw_models, api_models, numbers = cycle(raw_turns), cycle(turns), cycle(range(1000))
    loaded, raw_loaded = list(stage.models[:_LOAD_MODELS])[::step], list(stage.raw_models[:_LOAD_MODELS])[::step]

    def bulk() -> object:
        items = [{"id": row, "score": (next(numbers) + place) % 100} for place, row in enumerate(stage.rows[::step])]
        return few.threats.bulk_update(stage.model, items)

    def cells() -> object:
        change = {"id": f"c{(number * 7 + next(numbers)) % 50}", "operation": "update", "data": {"x": next(numbers)}}
        return few.cells.apply_ops(stage.model, stage.diagram, [change])

    def described(tmi: Api, model: UUID) -> object:
        return tmi.threat_models.update(model, {"description": f"text {next(numbers)}"})

    jobs: dict[str, Callable[[], object]] = {
        RAW_ONE: lambda: bare.execute(_INSERT, [stage.raw_model]),
        API_ONE: lambda: few.threats.create(stage.model, "New", description="text"),
        RAW_MANY: lambda: bare.execute(_INSERT, [next(raw_models)]),
        API_MANY: lambda: few.threats.create(next(api_models), "New", description="text"),
        RAW_LOAD: lambda: bare.execute(_LOAD, [raw_loaded]),
        LOAD: lambda: owner.execute(_LOAD, [loaded]),
        BULK: bulk,
        CELLS: cells,
        QUIET: lambda: described(quiet, own),
        NOTIFY: lambda: described(loud, own),
    }
    mixed = [jobs[job] for job in (API_ONE, LOAD, BULK, API_MANY, CELLS)]
    mixed.append(lambda: described(few, stage.models[next(numbers) % 10]))
    first = number % len(mixed)
    mixture = cycle(mixed[first:] + mixed[:first])

    def next_of_the_mixture() -> object:
        return next(mixture)()

    jobs[MIXED] = next_of_the_mixture
    return jobs


_JOBS = (RAW_ONE, API_ONE, RAW_MANY, API_MANY, RAW_LOAD, LOAD, BULK, CELLS, MIXED, QUIET, NOTIFY)
