"""Other clients that do the same work: asyncpg, SQLAlchemy's ORM, pgbench."""

from __future__ import annotations

import asyncio
import re
import subprocess
import tempfile
import time
import uuid
from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar, Self

import asyncpg
import psycopg
from psycopg.conninfo import conninfo_to_dict
from sqlalchemy import DateTime, Engine, FetchedValue, ForeignKey, Text, create_engine
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column, sessionmaker
from tmi_db import pooling
from tmi_db.server import installations

from .workbench import connect


class Asyncpg:
    """A connection of asyncpg, with an event loop of its own."""

    def __init__(self, dsn: str) -> None:
        """Keep where the server is; nothing is connected yet."""
        self._parameters = conninfo_to_dict(dsn)

    def __enter__(self) -> Self:
        """Connect."""
        self._loop = asyncio.new_event_loop()
        given = self._parameters
        settings = dict(re.findall(r"-c(\w+)=(\S+)", str(given.get("options", ""))))
        self._connection = self._loop.run_until_complete(
            asyncpg.connect(
                host=given.get("host"),
                port=given.get("port"),
                user=given.get("user"),
                password=given.get("password"),
                database=given.get("dbname"),
                server_settings=settings,
            )
        )
        self._loop.run_until_complete(self._connection.execute(pooling.FIRST_QUERY.decode()))
        return self

    def __exit__(self, *_: object) -> None:
        """Close the connection."""
        self._loop.run_until_complete(self._connection.close())
        self._loop.close()

    def clock(self, text: str, arguments: Callable[[], Sequence[Any]]) -> Callable[[int], float]:
        """Make a clock for a statement, which asyncpg prepares once.

        Args:
            text: the statement, with %s for its parameters.
            arguments: makes the parameters of one run.
        """
        numbered = _numbered(text, "${}")

        async def fetch(times: int) -> float:
            begun = time.perf_counter()
            for _ in range(times):
                await self._connection.fetch(numbered, *arguments())
            return (time.perf_counter() - begun) / times

        return lambda times: self._loop.run_until_complete(fetch(times))


class Pgbench:
    """pgbench: PostgreSQL's own client in C, for what the server alone takes."""

    def __init__(self, major: int, transactions: int) -> None:
        """Look for the pgbench that belongs to a server of this major version.

        Args:
            major: the version.
            transactions: how many make one slice; the first of them prepares the statement, and compiles functions.
        """
        self.transactions = transactions
        found = (each.bin_dir / "pgbench" for each in installations() if each.major == major)
        self._program = next((program for program in found if program.exists()), None)
        self.missing = None if self._program else f"there is no pgbench of PostgreSQL {major} on this machine"

    def clock(self, dsn: str, text: str, arguments: Callable[[], Sequence[str]]) -> Callable[[int], float]:
        """Make a clock for a statement, which is prepared; pgbench itself tells how long it took.

        Args:
            dsn: the database.
            text: the statement, with %s for its parameters.
            arguments: makes the parameters of one slice, whose runs all have the same.
        """

        def run(times: int) -> float:
            assert self._program is not None
            variables = {f"v{number}": value for number, value in enumerate(arguments(), 1)}
            with tempfile.NamedTemporaryFile("w", suffix=".sql", encoding="utf-8") as script:
                script.write(_numbered(" ".join(text.split()), ":v{}") + ";\n")
                script.flush()
                return self._slice(dsn, Path(script.name), variables, times)

        return run

    def _slice(self, dsn: str, script: Path, variables: Mapping[str, str], times: int) -> float:
        assert self._program is not None
        done = subprocess.run(
            [
                self._program, "--no-vacuum", "--protocol=prepared", f"--transactions={times}", f"--file={script}",
                *(f"--define={name}={value}" for name, value in variables.items()), dsn,
            ],
            capture_output=True, text=True, check=False,
        )  # fmt: skip
        # The average latency, which pgbench prints with three digits only.
        speed = re.search(r"^tps = ([\d.]+)", done.stdout, re.MULTILINE)
        if done.returncode != 0 or speed is None:
            raise AssertionError(f"pgbench failed: {done.stderr.strip()}")
        return 1 / float(speed[1])


def _numbered(text: str, form: str) -> str:
    """Number the parameters of a statement."""
    parts = text.split("%s")
    return "".join(part + form.format(number) for number, part in enumerate(parts[:-1], 1)) + parts[-1]


class Table(DeclarativeBase):
    """The tables as an application without tmi_db would map them."""

    type_annotation_map: ClassVar = {datetime: DateTime(timezone=True), str: Text()}


class ThreatModel(Table):
    """A threat model."""

    __tablename__ = "threat_models"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    name: Mapped[str]
    description: Mapped[str | None]
    owner_email: Mapped[str]
    created_by: Mapped[str]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    modified_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    threat_model_framework: Mapped[str | None]
    issue_url: Mapped[str | None]
    document_count: Mapped[int] = mapped_column(server_default=FetchedValue())
    source_count: Mapped[int] = mapped_column(server_default=FetchedValue())
    diagram_count: Mapped[int] = mapped_column(server_default=FetchedValue())
    threat_count: Mapped[int] = mapped_column(server_default=FetchedValue())


class Access(Table):
    """Somebody's role in a model."""

    __tablename__ = "threat_model_access"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    threat_model_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threat_models.id"))
    user_email: Mapped[str]
    role: Mapped[str]


class Threat(Table):
    """A threat."""

    __tablename__ = "threats"
    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    threat_model_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threat_models.id"))
    name: Mapped[str]
    description: Mapped[str | None]
    impact: Mapped[str | None]
    likelihood: Mapped[str | None]
    risk_rating: Mapped[str | None]
    created_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    modified_at: Mapped[datetime] = mapped_column(server_default=FetchedValue())
    diagram_id: Mapped[uuid.UUID | None]
    cell_id: Mapped[str | None]
    score: Mapped[int | None]
    priority: Mapped[str | None]
    mitigated: Mapped[bool | None] = mapped_column(default=False)
    status: Mapped[str | None]
    threat_type: Mapped[str | None]
    issue_url: Mapped[str | None]
    mitigation: Mapped[str | None]


class _Child:
    """What is only counted."""

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True)
    threat_model_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("threat_models.id"))


class Diagram(_Child, Table):
    """A diagram."""

    __tablename__ = "diagrams"


class Document(_Child, Table):
    """A document."""

    __tablename__ = "documents"


class Source(_Child, Table):
    """A source."""

    __tablename__ = "sources"


CHILDREN: tuple[type[Any], ...] = (Document, Source, Diagram, Threat)
"""What a list of models counts."""


def request(engine: Engine) -> AbstractContextManager[Session]:
    """Give a session as a request has it: one transaction, committed: psycopg forgets statements on ROLLBACK."""
    return sessionmaker(engine, expire_on_commit=False).begin()


def engine(dsn: str) -> Engine:
    """Make an engine with one connection of psycopg that prepares what it repeats."""

    def creator() -> psycopg.Connection[Any]:
        connection = connect(dsn)
        connection.autocommit = False
        return connection

    made = create_engine(
        "postgresql+psycopg://",
        creator=creator,
        pool_size=1,
        max_overflow=0,
    )
    # The first connection asks for the server's version and the like.
    made.connect().close()
    return made
