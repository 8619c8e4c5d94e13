"""Reads every SQL file with PostgreSQL's own parser and checks the rules of the house: `lint_sql.py [FOLDER]`.

Prints one line a finding, `file:line: rule: text`, and exits with 1 if there is one.
"""

import sys
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from itertools import pairwise
from pathlib import Path
from typing import Any

from pglast import enums, parse_plpgsql, parse_sql
from pglast.parser import ParseError
from tmi_db.sql_files import sql_root
from tmi_db.statements import Statement, Token, split, tokens

OWNER = "tmi_owner"
DEFINERS = ("tmi_api", "tmi_guard", "tmi_identity")
ENTRIES = ("_open", "_enter")
_ANSWER = ["RETURN", "QUERY", "SELECT", "*", "FROM"]
_RETURN = [";", "RETURN", ";", "END", "IF", ";"]
# What only the guard's own functions call shares their settings.
PINNED_BY_CALLERS = ("_context",)
# A caller who switches one of these off would change what the function means.
DEFINER_SETTINGS = ("row_security", "standard_conforming_strings")
SCHEMAS = ("tmi", "public")


@dataclass(frozen=True, order=True)
class Finding:
    """A rule that a line breaks."""

    path: Path
    line: int
    rule: str
    text: str

    def __str__(self) -> str:
        """Write it as compilers do, so that editors can jump there."""
        return f"{self.path}:{self.line}: {self.rule}: {self.text}"


@dataclass(frozen=True)
class Parsed:
    """A statement and its syntax tree."""

    statement: Statement
    tree: Any

    @property
    def kind(self) -> str:
        """The kind of statement, as PostgreSQL's source names it."""
        return type(self.tree).__name__

    def line_of(self, node: Any) -> int:
        """The line of the file where a part of the statement stands."""
        return self.statement.line_at(max(0, getattr(node, "location", None) or 0) + 1)


class File:
    """One SQL file, parsed; what can't be parsed is a finding."""

    def __init__(self, path: Path) -> None:
        """Read and parse it."""
        self.path = path
        self.text = path.read_text(encoding="utf-8")
        self.parsed: list[Parsed] = []
        self.findings: list[Finding] = []
        for statement in split(self.text):
            try:
                trees = parse_sql(statement.text)
            except ParseError as error:
                at = int(error.args[1]) + 1 if len(error.args) > 1 else 1
                self.find(statement.line_at(at), "syntax", str(error.args[0]))
            else:
                self.parsed += [Parsed(statement, tree.stmt) for tree in trees]

    def find(self, line: int, rule: str, text: str) -> None:
        """Note a finding."""
        self.findings.append(Finding(self.path, line, rule, text))

    def of(self, kind: str) -> list[Parsed]:
        """The statements of one kind."""
        return [parsed for parsed in self.parsed if parsed.kind == kind]


class Function:
    """What a function file says."""

    def __init__(self, file: File, parsed: Parsed) -> None:
        """Read the attributes of CREATE FUNCTION and of the statements after it."""
        self.file = file
        self.parsed = parsed
        self.name = str(parsed.tree.funcname[-1].sval)
        self.options = {option.defname: option.arg for option in parsed.tree.options or () if option.defname != "set"}
        self.settings = {option.arg.name: option.arg for option in parsed.tree.options or () if option.defname == "set"}

    @property
    def path(self) -> Path:
        """The file."""
        return self.file.path

    @cached_property
    def language(self) -> str:
        """The language of the body."""
        return str(self.options["language"].sval) if "language" in self.options else ""

    @cached_property
    def body(self) -> str:
        """The text between the quotes."""
        parts = self.options.get("as") or ()
        return str(parts[0].sval) if parts else ""

    @property
    def is_definer(self) -> bool:
        """Whether it runs with its owner's rights."""
        return bool("security" in self.options and self.options["security"].boolval)

    @property
    def owner(self) -> str:
        """Who owns it in the end."""
        owners = [
            parsed.tree.newowner.rolename
            for parsed in self.file.of("AlterOwnerStmt")
            if parsed.tree.objectType == enums.ObjectType.OBJECT_FUNCTION
        ]
        return str(owners[-1]) if owners else OWNER

    @property
    def grantees(self) -> set[str]:
        """Who may call it."""
        return {
            role.rolename or "PUBLIC"
            for parsed in self.file.of("GrantStmt")
            if parsed.tree.is_grant
            for role in parsed.tree.grantees
        }

    @property
    def is_api(self) -> bool:
        """Whether services call it under row-level security."""
        return self.owner == "tmi_api" and "tmi_app" in self.grantees


def lint(root: Path) -> list[Finding]:
    """Check every SQL file below a folder."""
    files = [File(path) for path in sorted(root.rglob("*.sql"))]
    for file in files:
        _check_names(file)
        _check_keys(file)
    for file in _below(files, root, "migrations"):
        _check_migration(file)
    functions = []
    for file in _below(files, root, "functions"):
        functions += _read_function(file)
    api = {function.name for function in functions if function.is_api}
    for function in functions:
        _check_function(function)
        _check_rights(function)
        if function.is_definer:
            _check_definer(function)
        if function.is_api:
            _check_api(function, api)
    for file in _below(files, root, "schema"):
        _check_comments(file)
    for file in _below(files, root, "policies"):
        _check_policies(file)
    return sorted(finding for file in files for finding in file.findings)


def _below(files: Iterable[File], root: Path, folder: str) -> list[File]:
    return [file for file in files if file.path.relative_to(root).parts[0] == folder]


def _check_names(file: File) -> None:
    """No file says the schema's name, which is chosen at installation."""
    for token, following in pairwise(_deep_tokens(file.text)):
        if token.kind in ("word", "name") and token.text.strip('"') in SCHEMAS and following.text == ".":
            line = file.text.count("\n", 0, token.start) + 1
            file.find(line, "schema-name", f"{token.text} names a schema; names are written without one")


def _deep_tokens(text: str, offset: int = 0) -> Iterator[Token]:
    """Give the tokens of a text, and those of what stands between dollar quotes instead of the quotes."""
    for token in tokens(text):
        if token.kind == "literal" and token.text.startswith("$"):
            quote = token.text.index("$", 1) + 1
            yield from _deep_tokens(token.text[quote:-quote], offset + token.start + quote)
        else:
            yield Token(token.kind, token.text, offset + token.start)


def _check_keys(file: File) -> None:
    """Constraints and indexes have names; foreign keys say what becomes of the rows when the row they point at goes."""
    for parsed in file.parsed:
        for constraint in _constraints(parsed):
            line = parsed.line_of(constraint)
            if not constraint.conname and constraint.contype in _NAMED:
                file.find(line, "named-constraint", "a constraint needs a name")
            if constraint.contype == enums.ConstrType.CONSTR_FOREIGN and constraint.fk_del_action == "a":
                file.find(line, "on-delete", f"foreign key {constraint.conname or ''} does not say ON DELETE")
        if parsed.kind == "IndexStmt" and not parsed.tree.idxname:
            file.find(parsed.statement.line, "named-index", "an index needs a name")


_NAMED = (
    enums.ConstrType.CONSTR_CHECK,
    enums.ConstrType.CONSTR_PRIMARY,
    enums.ConstrType.CONSTR_UNIQUE,
    enums.ConstrType.CONSTR_EXCLUSION,
    enums.ConstrType.CONSTR_FOREIGN,
)


def _constraints(parsed: Parsed) -> Iterator[Any]:
    """Find the constraints of CREATE TABLE and ALTER TABLE, those of columns too."""
    if parsed.kind == "CreateStmt":
        elements: Sequence[Any] = parsed.tree.tableElts or ()
    elif parsed.kind == "AlterTableStmt":
        elements = [command.def_ for command in parsed.tree.cmds if command.def_ is not None]
    else:
        return
    for element in elements:
        if _is(element, "Constraint"):
            yield element
        elif _is(element, "ColumnDef"):
            yield from element.constraints or ()


def _check_migration(file: File) -> None:
    """The runner owns the transaction, the role and the path."""
    for parsed in file.parsed:
        line = parsed.statement.line
        if parsed.kind == "TransactionStmt":
            file.find(line, "transaction", "the runner begins and commits")
        elif parsed.kind == "VariableSetStmt" and parsed.tree.name in ("search_path", "role"):
            file.find(line, "session", f"the runner sets {parsed.tree.name}")


def _read_function(file: File) -> list[Function]:
    created = file.of("CreateFunctionStmt")
    if len(created) != 1:
        if not file.findings:
            file.find(1, "one-function", f"a file makes one function, this one {len(created)}")
        return []
    return [Function(file, created[0])]


def _check_function(function: Function) -> None:
    find, line = function.file.find, function.parsed.statement.line
    if function.name != function.path.stem:
        find(line, "file-name", f"the function is {function.name}")
    if not function.file.text.startswith("-- "):
        find(1, "why", "the file begins with a comment that says why the function exists")
    if not function.parsed.tree.replace:
        find(line, "replace", "CREATE OR REPLACE, so that the file can be run again")
    for option in ("volatility", "parallel"):
        if option not in function.options:
            find(line, option, f"the function does not state its {option}")
    is_inlinable = function.language == "sql" and not function.is_definer and not function.settings
    is_pinned_by_callers = function.name in PINNED_BY_CALLERS and not function.is_definer
    path = function.settings.get("search_path")
    is_pinned = path is not None and path.kind == enums.VariableSetKind.VAR_SET_CURRENT
    if not (is_inlinable or is_pinned_by_callers or is_pinned):
        find(line, "search-path", "SET search_path FROM CURRENT is missing")
    if function.language == "plpgsql":
        try:
            parse_plpgsql(function.parsed.statement.text)
        except ParseError as error:
            # Without a catalogue, an array of a table's rows looks to the parser like an array of anything.
            if "pseudo-type" not in str(error.args[0]):
                find(line, "syntax", str(error.args[0]))


def _check_rights(function: Function) -> None:
    file = function.file
    comments = [
        parsed.tree
        for parsed in file.of("CommentStmt")
        if parsed.tree.objtype == enums.ObjectType.OBJECT_FUNCTION and parsed.tree.comment
    ]
    if [_function_name(comment.object) for comment in comments] != [function.name]:
        file.find(1, "comment", f"COMMENT ON FUNCTION {function.name} is missing")
    revoked = [
        parsed.tree
        for parsed in file.of("GrantStmt")
        if not parsed.tree.is_grant
        and not parsed.tree.privileges
        and any(not role.rolename for role in parsed.tree.grantees)
    ]
    if [_function_name(each) for revoke in revoked for each in revoke.objects] != [function.name]:
        file.find(1, "revoke", f"REVOKE ALL ON FUNCTION {function.name} FROM PUBLIC is missing")
    for parsed in file.of("GrantStmt"):
        if parsed.tree.is_grant and _names_public(parsed.tree.grantees):
            file.find(parsed.statement.line, "public", "nothing is granted to PUBLIC")


def _names_public(roles: Iterable[Any]) -> bool:
    return any(not role.rolename for role in roles)


def _function_name(named: Any) -> str:
    return str(named.objname[-1].sval)


def _check_definer(function: Function) -> None:
    find, line = function.file.find, function.parsed.statement.line
    for name in DEFINER_SETTINGS:
        setting = function.settings.get(name)
        if setting is None or not setting.args or setting.args[0].val.sval != "on":
            find(line, "definer-settings", f"a SECURITY DEFINER function needs SET {name} TO on")
    if function.owner not in DEFINERS:
        find(line, "definer-owner", f"a SECURITY DEFINER function is owned by one of {', '.join(DEFINERS)}")


def _check_api(function: Function, api: Iterable[str]) -> None:
    find, line = function.file.find, function.parsed.statement.line
    if not enters_first(function.body):
        find(line, "enter-first", "the first thing an API function does is to call _enter or _open")
    if not function.is_definer:
        find(line, "api-definer", "an API function is SECURITY DEFINER, since its callers have no rights on tables")
    for name, bracket in pairwise(_deep_tokens(function.body)):
        if bracket.text == "(" and name.text in api:
            at = line + function.parsed.statement.text.count(
                "\n", 0, function.parsed.statement.text.index(function.body)
            )
            at += function.body.count("\n", 0, name.start)
            find(at, "api-calls-api", f"an API function calls another: {name.text}; share a helper instead")


def enters_first(body: str) -> bool:
    """Say whether a PL/pgSQL body calls _enter or _open before it does anything else.

    Variables may get constants and arguments before; nothing is called and no statement run. A branch may come first
    that does nothing but answer with all that one entering function returns.
    """
    words = [token.text for token in tokens(body)]
    begin = next((n for n, word in enumerate(words) if word.upper() == "BEGIN"), len(words))
    declared, run = words[:begin], words[begin + 1 :]
    if "(" in declared:
        return declared[declared.index("(") - 1].startswith(ENTRIES)
    run = _behind_answer(run)
    # What is entered is performed or assigned.
    call = 1 if run[:1] and run[0].upper() == "PERFORM" else 3 if run[1:3] == [":", "="] else len(run)
    return run[call + 1 : call + 2] == ["("] and run[call].startswith(ENTRIES)


def _behind_answer(run: list[str]) -> list[str]:
    """Leave out IF ... THEN RETURN QUERY SELECT * FROM _enter...(...); RETURN; END IF; at the head of statements."""
    upper = [word.upper() for word in run]
    if upper[:1] != ["IF"] or "THEN" not in upper:
        return run
    answer = upper.index("THEN") + 1
    call = answer + len(_ANSWER)
    if "(" in run[:answer] or upper[answer:call] != _ANSWER or not "".join(run[call : call + 1]).startswith(ENTRIES):
        return run
    depth, end = 1, call + 2
    while depth and end < len(run):
        depth += {"(": 1, ")": -1}.get(run[end], 0)
        end += 1
    done = end + len(_RETURN)
    return run[done:] if upper[end:done] == _RETURN else run


def _check_comments(file: File) -> None:
    """Every table, column, constraint, index and trigger says in a comment what it is for."""
    commented = {
        (parsed.tree.objtype, _names(parsed.tree.object)) for parsed in file.of("CommentStmt") if parsed.tree.comment
    }
    types = enums.ObjectType
    for parsed in file.parsed:
        tree, line = parsed.tree, parsed.statement.line
        wanted: list[tuple[int, Any, tuple[str, ...]]] = []
        if parsed.kind == "CreateStmt":
            table = tree.relation.relname
            wanted.append((line, types.OBJECT_TABLE, (table,)))
            for element in tree.tableElts or ():
                if _is(element, "ColumnDef"):
                    wanted.append((parsed.line_of(element), types.OBJECT_COLUMN, (table, element.colname)))
                elif _is(element, "Constraint") and element.conname:
                    wanted.append((parsed.line_of(element), types.OBJECT_TABCONSTRAINT, (table, element.conname)))
        elif parsed.kind == "IndexStmt" and tree.idxname:
            wanted.append((line, types.OBJECT_INDEX, (tree.idxname,)))
        elif parsed.kind == "CreateTrigStmt":
            wanted.append((line, types.OBJECT_TRIGGER, (tree.relation.relname, tree.trigname)))
        for at, kind, name in wanted:
            if (kind, name) not in commented:
                what = kind.name.removeprefix("OBJECT_").replace("TABCONSTRAINT", "CONSTRAINT")
                file.find(at, "comment", f"COMMENT ON {what} {'.'.join(name)} is missing")


def _check_policies(file: File) -> None:
    """A policy file can be run again, and leaves no table open."""
    table = file.path.stem
    switches = {
        command.subtype for parsed in file.of("AlterTableStmt") for command in parsed.tree.cmds if parsed.tree.cmds
    }
    for switch, words in (
        (enums.AlterTableType.AT_EnableRowSecurity, "ENABLE"),
        (enums.AlterTableType.AT_ForceRowSecurity, "FORCE"),
    ):
        if switch not in switches:
            file.find(1, "row-security", f"ALTER TABLE {table} {words} ROW LEVEL SECURITY is missing")
    dropped: set[str] = set()
    commented = {
        parsed.tree.object[-1].sval
        for parsed in file.of("CommentStmt")
        if parsed.tree.objtype == enums.ObjectType.OBJECT_POLICY and parsed.tree.comment
    }
    for parsed in file.parsed:
        tree, line = parsed.tree, parsed.statement.line
        if parsed.kind == "DropStmt" and tree.removeType == enums.ObjectType.OBJECT_POLICY and tree.missing_ok:
            dropped |= {str(each[-1].sval) for each in tree.objects}
        elif parsed.kind == "CreatePolicyStmt":
            name = str(tree.policy_name)
            if name not in dropped:
                file.find(line, "replace", f"DROP POLICY IF EXISTS {name} stands before CREATE POLICY")
            if name not in commented:
                file.find(line, "comment", f"COMMENT ON POLICY {name} is missing")
            if tree.table.relname != table or not name.startswith(f"{table}_"):
                file.find(line, "policy-name", f"{name} on {tree.table.relname} does not belong to {table}")
            if _names_public(tree.roles):
                file.find(line, "public", f"policy {name} is for everybody; name the roles")


def _is(node: Any, kind: str) -> bool:
    return type(node).__name__ == kind


def _names(named: Any) -> tuple[str, ...]:
    """The parts of the name of an object that a comment is on."""
    parts = named.objname if _is(named, "ObjectWithArgs") else named
    return tuple(str(part.sval) for part in parts) if isinstance(parts, tuple) else ()


def main(arguments: Sequence[str]) -> int:
    """Lint the folder named, or the project's own, and print what was found."""
    findings = lint(Path(arguments[0]) if arguments else sql_root())
    for finding in findings:
        print(finding)
    return 1 if findings else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
