"""Reading the migration chain and its checksums: whatever is out of order is refused by name."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest
from tmi_db.sql_files import (
    NO_TRANSACTION,
    append_checksums,
    checksums,
    declared_files,
    migrations,
    sql_root,
    verify_checksums,
)
from tmi_db.tool import ToolError


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A chain of two migrations."""
    (tmp_path / "migrations").mkdir()
    for name in ("001_one", "002_two"):
        write(tmp_path, f"{name}.up.sql", f"-- Adds {name}.\nSELECT 1;\n")
        write(tmp_path, f"{name}.down.sql", "SELECT 2;\n")
    return tmp_path


def write(root: Path, name: str, text: str) -> None:
    (root / "migrations" / name).write_text(text)


def remove(root: Path, name: str) -> None:
    (root / "migrations" / name).unlink()


@pytest.mark.parametrize(
    "name", ["3_x.up.sql", "0003_x.up.sql", "003-x.up.sql", "003_X.up.sql", "003_x.sql", "notes.sql"]
)
def test_a_file_that_is_not_named_like_a_migration_is_refused(root: Path, name: str) -> None:
    write(root, name, "")
    with pytest.raises(ToolError, match=f"{name} is not named like a migration"):
        migrations(root)


def test_a_migration_without_a_way_back_is_refused(root: Path) -> None:
    remove(root, "002_two.down.sql")
    with pytest.raises(ToolError, match=r"002_two\.up\.sql has no down file"):
        migrations(root)


def test_a_way_back_without_its_migration_is_refused(root: Path) -> None:
    remove(root, "002_two.up.sql")
    with pytest.raises(ToolError, match=r"002_two\.down\.sql has no up file"):
        migrations(root)


def test_two_migrations_of_one_number_are_refused(root: Path) -> None:
    write(root, "002_other.up.sql", "")
    with pytest.raises(ToolError, match=r"002_other\.up\.sql and 002_two\.up\.sql have the same number"):
        migrations(root)


def test_up_and_down_of_different_names_are_refused(root: Path) -> None:
    remove(root, "002_two.down.sql")
    write(root, "002_tow.down.sql", "")
    with pytest.raises(ToolError, match="have the same number but not the same name"):
        migrations(root)


def test_a_gap_in_the_numbers_is_refused(root: Path) -> None:
    write(root, "004_four.up.sql", "")
    write(root, "004_four.down.sql", "")
    with pytest.raises(ToolError, match=r"migration 003 is missing: the next file is 004_four\.up\.sql"):
        migrations(root)


def test_a_file_that_is_not_utf_8_is_refused(root: Path) -> None:
    (root / "migrations" / "001_one.up.sql").write_bytes(b"SELECT '\xff'")
    with pytest.raises(ToolError, match=r"001_one\.up\.sql is not UTF-8 at byte 8"):
        migrations(root)


def test_a_released_file_that_was_changed_is_refused(root: Path) -> None:
    append_checksums(root)
    write(root, "001_one.down.sql", "SELECT 3;\n")
    for check in (verify_checksums, append_checksums):
        with pytest.raises(ToolError, match=r"001_one\.down\.sql differs from what was released"):
            check(root)


def test_a_released_file_that_is_gone_is_refused(root: Path) -> None:
    append_checksums(root)
    remove(root, "002_two.up.sql")
    with pytest.raises(ToolError, match=r"002_two\.up\.sql is missing"):
        verify_checksums(root)


@pytest.mark.parametrize("line", ["nonsense", "abc  001_one.up.sql", f"{'0' * 64}  001_one.up.sql"])
def test_a_checksum_file_that_was_spoilt_is_refused(root: Path, line: str) -> None:
    append_checksums(root)
    with (root / "migrations" / "checksums").open("a") as file:
        file.write(f"{line}\n")
    with pytest.raises(ToolError, match="checksums, line 5"):
        checksums(root)


def test_sha256sum_accepts_the_checksums(root: Path) -> None:
    assert append_checksums(root) == ["001_one.down.sql", "001_one.up.sql", "002_two.down.sql", "002_two.up.sql"]
    subprocess.run(["sha256sum", "--check", "--strict", "checksums"], cwd=root / "migrations", check=True)


def test_only_what_is_new_is_added_to_the_checksums(root: Path) -> None:
    append_checksums(root)
    before = (root / "migrations" / "checksums").read_text()
    write(root, "003_three.up.sql", "")
    write(root, "003_three.down.sql", "")
    assert append_checksums(root) == ["003_three.down.sql", "003_three.up.sql"]
    assert (root / "migrations" / "checksums").read_text().startswith(before)


def test_a_chain_is_read_in_order_with_what_its_files_say(root: Path) -> None:
    write(root, "002_two.up.sql", f"{NO_TRANSACTION}\n-- Indexes\n-- it.\nSELECT 1;\n")
    one, two = migrations(root)
    assert (one.version, one.name, one.transactional, one.up.comment) == (1, "one", True, "Adds 001_one.")
    assert (two.version, two.name, two.transactional, two.up.comment) == (2, "two", False, "Indexes it.")
    assert (two.up_path.name, two.down_path.name) == ("002_two.up.sql", "002_two.down.sql")


def test_a_transaction_is_given_up_in_the_first_line_only(root: Path) -> None:
    write(root, "001_one.up.sql", f"-- Adds.\n{NO_TRANSACTION}\nSELECT 1;\n")
    assert migrations(root)[0].transactional


def test_declared_files_come_in_the_order_of_their_groups(tmp_path: Path) -> None:
    names = [
        "functions/base/uuid_generate_v4.sql",
        "schema/diagrams.sql",
        "schema/threats.sql",
        "functions/access/access_list.sql",
        "functions/threats/threat_get.sql",
        "policies/diagrams.sql",
    ]
    for name in reversed(names):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).touch()
    assert declared_files(tmp_path) == [tmp_path / name for name in names]


def test_the_files_of_this_project_are_found_and_unchanged() -> None:
    verify_checksums()
    assert [step.version for step in migrations()][:18] == list(range(1, 19))
    assert sql_root().joinpath("roles.sql").is_file()
