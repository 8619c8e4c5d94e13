"""Writes the table of docs/drift.md: what this tool, migra alone and a dump see of each change of the corpus.

Run by `make drift-corpus`, on a server of its own.
"""

import re
import subprocess
import sys
from collections import Counter
from pathlib import Path

ROOT = Path(__file__).parents[1]
sys.path.insert(0, str(ROOT / "tests"))

from support import database as databases  # noqa: E402 - found only now
from support.cluster import Cluster  # noqa: E402
from support.corpus import CHANGES, HARMLESS  # noqa: E402
from tmi_db import drift, expected, fingerprint, migra_adapter  # noqa: E402
from tmi_db.fingerprint import Fingerprint  # noqa: E402
from tmi_db.repair import Label, Workshop  # noqa: E402
from tmi_db.server import locate  # noqa: E402

PAGE = ROOT / "docs" / "drift.md"
BEGIN, END = "<!-- corpus -->\n", "<!-- /corpus -->\n"


def main() -> None:
    """Try every change, and write what came of it."""
    cluster = Cluster(locate(sys.argv[1] if len(sys.argv) > 1 else None))
    try:
        template = databases.create(cluster, "corpus")
        databases.install(template, how="declared")
        text = "".join(line + "\n" for line in table(cluster, template))
    finally:
        cluster.remove()
    page = PAGE.read_text(encoding="utf-8")
    before, _, rest = page.partition(BEGIN)
    PAGE.write_text(before + BEGIN + text + END + rest.partition(END)[2], encoding="utf-8")


def table(cluster: Cluster, template: databases.Database) -> list[str]:
    """Count by class of object, and in all."""
    with template.connect() as conn:
        now = fingerprint.take(conn, databases.SCHEMA)
    whole = Fingerprint(now.server_version, {**expected.surroundings(now).objects, **now.inside().objects})
    reference = template.copy("reference")
    dumped = dump(cluster, template.name)
    counts: dict[str, Counter[str]] = {}
    with reference.connect() as sound:
        for number, change in enumerate(CHANGES):
            kind = "around the schema" if change.object.split()[0] in AROUND else change.object.split()[0]
            count = counts.setdefault(kind, Counter())
            count["changes"] += 1
            copy = template.copy(f"change_{number}")
            with copy.connect(autocommit=False) as conn:
                conn.execute(named(change.sql, copy.name).encode())
                actual = fingerprint.take(conn, databases.SCHEMA)
                found = {str(each.key): each.severity for each in drift.findings(whole, actual)}
                count["found"] += found.get(change.object) == change.severity
                repair = Workshop(conn, databases.SCHEMA, databases.SCHEMA, copy.name).repair(actual, whole)
                count[repair.label] += 1
                count["migra"] += bool(migra_adapter.differences(conn, sound, databases.SCHEMA))
                # The dump is of another session, so it needs the change committed; what concerns the cluster is undone.
                conn.commit()
            count["dump"] += dump(cluster, copy.name) != dumped
            with template.connect() as conn:
                undo = Workshop(conn, databases.SCHEMA, databases.SCHEMA, copy.name)
                around = fingerprint.take(conn, databases.SCHEMA)
                for statement in undo.repair(around, whole).statements:
                    conn.execute(statement.encode())
            copy.drop()
    silent = sum(quiet(template, whole, statements) for statements in HARMLESS.values())
    total = sum(counts.values(), Counter())
    lines = [
        f"On PostgreSQL {locate(sys.argv[1] if len(sys.argv) > 1 else None).version}: {total['changes']} changes, and "
        f"{silent} of {len(HARMLESS)} harmless ones silent.",
        "",
        "| class | changes | found, named, weighed | repair verified | partial | none | migra alone | a dump |",
        "|---|---|---|---|---|---|---|---|",
    ]
    columns = ("changes", "found", Label.VERIFIED, Label.PARTIAL, Label.NONE, "migra", "dump")
    for kind, count in [*sorted(counts.items()), ("all", total)]:
        lines.append(f"| {kind} | " + " | ".join(str(count[column]) for column in columns) + " |")
    return lines


AROUND = ("schema", "database", "role", "membership", "setting", "default", "parameter", "system", "foreign")


def named(statements: str, database: str) -> str:
    """Put the names of the schema and the database into a change."""
    return statements.replace("{schema}", databases.SCHEMA).replace("{database}", database)


def quiet(database: databases.Database, whole: Fingerprint, statements: str) -> bool:
    """Whether nothing is reported of a harmless change."""
    with database.connect(autocommit=False) as conn:
        row = conn.execute("SELECT quote_literal(obj_description('idx_threats_diagram_id'::regclass))").fetchone()
        assert row is not None
        statements = statements.replace("{index_comment}", str(row[0]))
        conn.execute(named(statements, database.name).encode())
        found = drift.findings(whole, fingerprint.take(conn, databases.SCHEMA))
        conn.rollback()
    return not found


def dump(cluster: Cluster, name: str) -> str:
    """What `pg_dump -s -C` and `pg_dumpall -r` say, without remarks and the database's name."""
    tools = [
        ["pg_dump", "--schema-only", "--create", "--dbname", cluster.dsn(name)],
        ["pg_dumpall", "--roles-only", "--dbname", cluster.dsn()],
    ]
    texts = []
    for tool, *arguments in tools:
        command = [str(cluster.bin_dir / tool), *arguments]
        texts.append(subprocess.run(command, capture_output=True, text=True, check=True).stdout)
    text = re.sub(r"^(--.*|\\(un)?restrict .*)?\n", "", "".join(texts), flags=re.MULTILINE)
    return text.replace(name, "it")


if __name__ == "__main__":
    main()
