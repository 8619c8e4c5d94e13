"""`make bench`: fills scratch databases, measures, and writes JSON, Markdown and a picture to bench/results."""

from __future__ import annotations

import argparse
import json
import os
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import Any

from psycopg.conninfo import make_conninfo
from tmi_db import installation
from tmi_db.cli.connection import connect, resolve_dsn
from tmi_db.server import Server, locate
from tmi_db.tool import ToolError

from . import concurrency, cores, curves, growth, load, machine, operations, page, report, wrapper
from .data import SCALES
from .measure import Found
from .workbench import SESSION, workbench

RESULTS = Path(__file__).parent / "results"

_USAGE = 2
_INTERRUPTED = 130
_MEGABYTE = 1 << 20

# Each makes installations of its own on the server.
_ON_SERVER: dict[str, Callable[[str, str, bool], Found]] = {
    "growth": growth.run,
    "load": lambda dsn, _, quick: load.run(dsn, quick),
}
_TEXTS: dict[str, Callable[[dict[str, Any]], str]] = {
    "wrapper": wrapper.markdown,
    "concurrency": concurrency.markdown,
    "growth": growth.markdown,
    "load": load.markdown,
}
_TITLES = {
    "wrapper": "What the wrapper adds",
    "concurrency": "Many clients at once",
    "growth": "Growth",
    "load": "Loading",
}
NAMES = (*operations.ROWS, *_TEXTS)
"""What `--only` takes."""


def main(arguments: Sequence[str] | None = None) -> int:
    """Run the benchmarks from the command line."""
    options = _parser().parse_args(arguments)
    try:
        _check(options.only or ())
        with _server(options.pg, options.dsn) as dsn:
            # What is measured in part replaces no results.
            keep = None if options.only else lambda result: write(result, RESULTS)
            result = measure(dsn, options.scale, options.rounds, options.only or NAMES, keep)
        if keep is not None and options.scale == "full":
            page.main()
    except ToolError as error:
        sys.stderr.write(f"error: {error.message}\n" + (f"hint: {error.hint}\n" if error.hint else ""))
        return error.exit_code
    except KeyboardInterrupt:
        sys.stderr.write("\ninterrupted: what was made on the server is gone again\n")
        return _INTERRUPTED
    sys.stdout.write(_json(result) if options.json else text(result))
    return 0


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m bench", description="Measures what the data layer costs.")
    parser.add_argument("--scale", choices=[*SCALES], default="small", help="how much data (default: small)")
    parser.add_argument(
        "--rounds", type=_positive, default=200, help="how often a way is timed at the most (default: 200)"
    )
    parser.add_argument("--dsn", help="a superuser on a server to measure on; by default as tmi-db chooses")
    parser.add_argument("--pg", help="start a server for the measurements: a major version or a folder of programs")
    parser.add_argument("--only", nargs="+", metavar="NAME", help=f"measure these, write no files: {', '.join(NAMES)}")
    parser.add_argument("--json", action="store_true", help="print the results as JSON, not as text")
    return parser


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError("at least one round is needed")
    return number


def _check(only: Sequence[str]) -> None:
    """Refuse names that nothing has.

    Raises:
        ToolError: there is one.
    """
    if unknown := [name for name in only if name not in NAMES]:
        raise ToolError(
            f"there is no benchmark named {', '.join(unknown)}", exit_code=_USAGE, hint=f"there are {', '.join(NAMES)}"
        )


@contextmanager
def _server(pg: str | None, dsn: str | None) -> Iterator[str]:
    """Give a superuser's connection string: of a server of its own that is gone at the end, or of the one chosen."""
    if pg is None:
        chosen = resolve_dsn(dsn)
        # What is one sentence now would be a traceback later.
        with connect(chosen) as connection:
            if not installation.is_superuser(connection):
                raise ToolError(f"{connection.info.user} is no superuser, who alone can set triggers aside")
        yield chosen
        return
    if dsn is not None:
        raise ToolError("--pg starts a server and --dsn names one", exit_code=_USAGE, hint="use one of them")
    folder = Path(tempfile.gettempdir(), f"tmi-bench-{os.getpid()}")
    server = Server(folder, locate(pg), settings=_settings())
    try:
        server.start()
        yield server.dsn()
    finally:
        server.destroy()


def _settings() -> dict[str, str]:
    """Settings of the benchmarks' own server: the data fit into memory, and nothing cleans up meanwhile."""
    memory = os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") // _MEGABYTE
    return {"shared_buffers": f"{min(2048, memory // 4)}MB", "max_wal_size": "4GB", "autovacuum": "off"}


def measure(
    dsn: str,
    scale: str,
    rounds: int,
    only: Sequence[str] = NAMES,
    keep: Callable[[Found], None] | None = None,
) -> Found:
    """Measure.

    Args:
        dsn: a superuser on the server.
        scale: how much data; of tiny, everything else is measured in a few short runs as well.
        rounds: how often each way of an operation is timed at the most.
        only: what to measure.
        keep: is called with the results so far, whenever there are more.
    """
    quick = scale == "tiny"
    result: Found = {
        "scale": scale,
        "rounds": rounds,
        "data": asdict(SCALES[scale]),
        "machine": machine.describe(make_conninfo(dsn, options=SESSION)),
        "operations": [],
    }

    def add(name: str, found: Any) -> None:
        result[name] = found
        if keep is not None:
            keep(result)

    with ExitStack() as stack:
        if any(name not in _ON_SERVER for name in only):
            say(f"filling: {', '.join(f'{amount:,} {what}' for what, amount in result['data'].items())}")
            bench = stack.enter_context(workbench(dsn, scale))
            with cores.apart(dsn) as result["machine"]["apart"]:
                add("operations", operations.run(bench, rounds, only))
                if "wrapper" in only:
                    say(_TITLES["wrapper"])
                    add("wrapper", wrapper.run(bench, quick))
            if "concurrency" in only:
                say(_TITLES["concurrency"])
                add("concurrency", concurrency.run(bench, quick))
    for name, run_alone in _ON_SERVER.items():
        if name in only:
            say(_TITLES[name])
            add(name, run_alone(dsn, scale, quick))
    return result


def say(words: str) -> None:
    """Tell people what is done now; not in the results."""
    sys.stderr.write(f"{words}\n")
    sys.stderr.flush()


def write(result: Found, folder: Path) -> None:
    """Write results to a folder, as JSON, Markdown and pictures that are named for the data set and the server."""
    folder.mkdir(exist_ok=True)
    name = f"{result['scale']}-pg{report.major(result)}"
    (folder / f"{name}.json").write_text(_json(result), encoding="utf-8")
    (folder / f"{name}.md").write_text(text(result), encoding="utf-8")
    (folder / f"{name}.svg").write_text(report.picture(result), encoding="utf-8")
    if "growth" in result:
        (folder / f"{name}-growth.svg").write_text(curves.picture(result["growth"]), encoding="utf-8")


def text(result: Found) -> str:
    """Write results as Markdown."""
    parts = [report.markdown(result)]
    parts += [f"## {_TITLES[name]}\n\n{_TEXTS[name](result[name])}" for name in _TITLES if name in result]
    return "\n".join(part.rstrip("\n") + "\n" for part in parts)


def _json(result: Found) -> str:
    return json.dumps(result, indent=2, ensure_ascii=False) + "\n"


if __name__ == "__main__":
    sys.exit(main())
