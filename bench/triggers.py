"""What triggers cost: the same statements in two databases that are alike but for the triggers in question."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from typing import Any

from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from psycopg.types.json import Jsonb
from tmi_db.context import Signer
from tmi_db.scratch import scratch

from .clients import API, Clients, one_statement
from .data import FEW
from .measure import Figure, Measure, Way
from .traffic import Connection
from .workbench import SESSION, Workbench, connect, workbench

WITHOUT, WITH = "without count triggers", "with count triggers"
UNCHECKED, CHECKED = "INSERT, not validated", "INSERT, validated"

_TRIGGERS = (
    ("threats", "threats_count_insert"),
    ("threats", "threats_count_delete"),
    ("metadata", "metadata_bind"),
    ("metadata", "metadata_check"),
)

_ONE = "INSERT INTO threats (threat_model_id, name, description) VALUES (%s, 'New', 'text')"
_MANY = """
INSERT INTO threats (threat_model_id, name, description)
SELECT m.id, 'New', 'text'
FROM unnest(%s::uuid[]) AS m (id)
CROSS JOIN generate_series(1, %s)
"""
_PAIRS = """
INSERT INTO metadata (threat_model_id, entity_type, entity_id, key, value)
SELECT r.threat_model_id, 'threat', r.entity_id, r.key, r.value
FROM jsonb_to_recordset(%s) AS r (threat_model_id uuid, entity_id uuid, key text, value text)
RETURNING *
"""
_THREATS = """
SELECT t.threat_model_id, t.id
FROM threats t JOIN threat_models m ON m.id = t.threat_model_id
WHERE m.owner_email = %s
ORDER BY md5(t.id::text)
LIMIT 1000
"""
_API_PAIRS = "metadata_bulk_set(CASE WHEN _as(%s) THEN %s::uuid END, 'threat', %s, %s)"


def triggers(clients: Clients) -> Iterator[Measure]:
    """Measure what keeping counts and validating metadata cost."""
    with _twins(clients.workbench) as (bench, plain, whole), bench.app() as app:
        yield from _counts(plain, whole)
        yield from _metadata(bench, plain, whole, app)


def _counts(plain: Connection, counting: Connection) -> Iterator[Measure]:
    """Measure one row, many rows of one model, many rows of many models."""
    models = [id for (id,) in plain.execute("SELECT id FROM threat_models ORDER BY md5(name) LIMIT 2000")]
    each = 5 if len(models) == 2000 else 2
    total = each * len(models)
    yield _counted("one row", plain, counting, _ONE, [models[0]], models[:1], 1.25, repeat=10)
    one_model = f"{total:,} rows of one model"
    yield _counted(one_model, plain, counting, _MANY, [models[:1], total], models[:1], 1.10)
    many_models = f"{total:,} rows of {len(models):,} models"
    yield _counted(many_models, plain, counting, _MANY, [models, each], models, 1.25)


def _counted(
    what: str,
    plain: Connection,
    counting: Connection,
    text: str,
    arguments: Sequence[Any],
    models: Sequence[Any],
    bound: float,
    repeat: int = 1,
) -> Measure:
    clear = b"DELETE FROM threats WHERE threat_model_id = ANY (%s) AND name = 'New'"

    def way(name: str, connection: Connection) -> Way:
        return Way(
            name,
            lambda: connection.execute(text.encode(), arguments),
            repeat=repeat,
            after=lambda: connection.execute(clear, [models]),
        )

    def tidy() -> None:
        for connection in (plain, counting):
            connection.execute("VACUUM (INDEX_CLEANUP ON) threats")
            connection.execute("VACUUM threat_models")

    return Measure(
        f"count trigger: {what}",
        [way(WITHOUT, plain), way(WITH, counting)],
        [Figure(WITH, "<=", bound, WITHOUT)],
        connections=[plain, counting],
        tidy=tidy,
        note="Two databases that are alike but for the triggers that count threats.",
    )


def _metadata(bench: Workbench, plain: Connection, checking: Connection, app: Connection) -> Iterator[Measure]:
    """Measure a thousand keys of one entity and of a thousand, and the API's call beside them."""
    # Threats without metadata, so that no key is there already; the same in both databases.
    for connection in (plain, checking):
        connection.execute("DELETE FROM metadata")
        connection.execute("VACUUM (INDEX_CLEANUP ON) metadata")
    threats = plain.execute(_THREATS, [FEW]).fetchall()
    pairs = [{"key": f"key-{number}", "value": f"value {number}"} for number in range(1000)]
    signer = Signer(bench.key)

    def call() -> list[Any]:
        arguments = [signer.sign(FEW), *threats[0], Jsonb(pairs)]
        return app.execute(one_statement(_API_PAIRS), arguments, binary=True).fetchall()

    def inserting(name: str, connection: Connection, entities: Sequence[tuple[Any, ...]]) -> Way:
        items = Jsonb(
            [
                {**pair, "threat_model_id": str(model), "entity_id": str(threat)}
                for pair, (model, threat) in zip(pairs, entities, strict=True)
            ]
        )
        return Way(
            name,
            lambda: connection.execute(_PAIRS.encode(), [items], binary=True).fetchall(),
            after=lambda: connection.execute("DELETE FROM metadata"),
        )

    def tidy() -> None:
        for connection in (plain, checking):
            connection.execute("VACUUM (INDEX_CLEANUP ON) metadata")

    for what, entities, bound in (("one entity", threats[:1] * 1000, 1.1), ("1,000 entities", threats, 1.4)):
        ways = [inserting(UNCHECKED, plain, entities), inserting(CHECKED, checking, entities)]
        note = "Foreign keys hold in all ways."
        if entities is not threats:
            ways.append(Way(API, call, after=lambda: checking.execute("DELETE FROM metadata")))
            note += " The API's call also checks role and items, and sets keys that are there already."
        yield Measure(
            f"1,000 keys of metadata, of {what}",
            ways,
            [Figure(CHECKED, "<=", bound, UNCHECKED)],
            rows=1000,
            connections=[plain, checking, app],
            tidy=tidy,
            note=note,
        )


@contextmanager
def _twins(original: Workbench) -> Iterator[tuple[Workbench, Connection, Connection]]:
    """Make two databases that are alike, but that one lacks triggers; give their workbench and a connection to each."""
    scale = "tiny" if original.scale == "tiny" else "small"
    with ExitStack() as stack:
        bench = stack.enter_context(workbench(original.dsn, scale))
        databases = stack.enter_context(scratch(original.dsn))
        twin = databases.dsn(databases.create(str(conninfo_to_dict(bench.dsn)["dbname"])))
        plain, whole = (stack.enter_context(connect(make_conninfo(dsn, options=SESSION))) for dsn in (twin, bench.dsn))
        for table, trigger in _TRIGGERS:
            plain.execute(
                sql.SQL("ALTER TABLE {} DISABLE TRIGGER {}").format(sql.Identifier(table), sql.Identifier(trigger))
            )
        yield bench, plain, whole
