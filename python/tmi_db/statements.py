"""Splits SQL text into statements where PostgreSQL's own lexer and psql would.

It is lexical only: what a statement means is the server's business. Whether a semicolon ends a statement depends on
quotes, dollar quotes, comments, parentheses and SQL-standard function bodies, and on nothing else.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_LINE_END = r"[\n\r]"
# A literal is continued by the next one when a line ends between the two, and then keeps its kind of escapes.
_CONTINUED = rf"(?:[ \t\f\v]|--[^\n\r]*+)*+{_LINE_END}(?:[ \t\n\r\f\v]|--[^\n\r]*+{_LINE_END})*+'"
_ESCAPED = r"(?:[^'\\]|''|\\.)*+(?:'|\\?\Z)"
_PLAIN = r"(?:[^']|'')*+(?:'|\Z)"

# White space is listed because Python's \s knows more of it: to PostgreSQL a no-break space is a letter.
_TOKEN = re.compile(
    rf"""
    (?P<space> [ \t\n\r\f\v]+ | --[^\n\r]* )
  | (?P<comment> /\* )
  | (?P<literal> [eE]'{_ESCAPED}(?:{_CONTINUED}{_ESCAPED})*+ | '{_PLAIN} )
  | (?P<name> "(?:[^"]|"")*+(?:"|\Z) )
  | (?P<word> [A-Za-z_\x80-\U0010ffff][A-Za-z0-9_$\x80-\U0010ffff]* )
  | (?P<dollar> \$(?:[A-Za-z_\x80-\U0010ffff][A-Za-z0-9_\x80-\U0010ffff]*)?\$ )
  | (?P<mark> . )
    """,
    re.DOTALL | re.VERBOSE,
)
_COMMENT_EDGE = re.compile(r"/\*|\*/")


@dataclass(frozen=True, slots=True)
class Token:
    """A piece of SQL that is neither white space nor comment.

    `kind` is literal, name (in double quotes), word (a keyword or a name without quotes) or mark (one character).
    """

    kind: str
    text: str
    start: int

    @property
    def end(self) -> int:
        """The offset behind the token."""
        return self.start + len(self.text)


@dataclass(frozen=True, slots=True)
class Statement:
    """One statement without its semicolon and the comments around it, and the line (from 1) where it begins."""

    text: str
    line: int

    def line_at(self, position: int) -> int:
        """Turn a position within the statement (from 1, as the server reports it) into a line of the file."""
        return self.line + self.text.count("\n", 0, position - 1)


def tokens(sql: str) -> Iterator[Token]:
    """Yield the tokens of some SQL; what is left open at the end reaches to the end."""
    position = 0
    while match := _TOKEN.match(sql, position):
        kind, position = str(match.lastgroup), match.end()
        if kind == "comment":
            position = _comment_end(sql, position)
        elif kind == "dollar":
            closing = sql.find(match[0], position)
            position = len(sql) if closing < 0 else closing + len(match[0])
            yield Token("literal", sql[match.start() : position], match.start())
        elif kind != "space":
            yield Token(kind, match[0], match.start())


def split(sql: str) -> list[Statement]:
    """Split SQL into its statements, as psql does; a statement of nothing but comments is none."""
    statements: list[Statement] = []
    statement: list[Token] = []
    parentheses = 0
    body = _Body()
    line, counted = 1, 0
    for token in [*tokens(sql), Token("mark", ";", len(sql))]:
        if token.kind == "word" and parentheses == 0:
            body.read(token.text.lower())
        elif token.text == "(":
            parentheses += 1
        elif token.text == ")":
            parentheses = max(0, parentheses - 1)
        at_end = token.start == len(sql)
        if token.text != ";" or ((parentheses or body.depth) and not at_end):
            statement.append(token)
            continue
        if statement:
            start = statement[0].start
            line, counted = line + sql.count("\n", counted, start), start
            statements.append(Statement(sql[start : statement[-1].end], line))
        statement, parentheses, body = [], 0, _Body()
    return statements


def _comment_end(sql: str, position: int) -> int:
    depth = 1
    while depth and (edge := _COMMENT_EDGE.search(sql, position)):
        depth += 1 if edge[0] == "/*" else -1
        position = edge.end()
    return len(sql) if depth else position


class _Body:
    """How deep one is in the BEGIN ... END of a function written in standard SQL, judged by words as psql does."""

    def __init__(self) -> None:
        self.depth = 0
        self._first: list[str] = []

    def read(self, word: str) -> None:
        if len(self._first) < 4:
            self._first.append(word)
        if not self._creates_routine():
            return
        if word == "begin" or (word == "case" and self.depth):
            self.depth += 1
        elif word == "end" and self.depth:
            self.depth -= 1

    def _creates_routine(self) -> bool:
        first = self._first
        kind = first[3:4] if first[1:3] == ["or", "replace"] else first[1:2]
        return first[:1] == ["create"] and kind in (["function"], ["procedure"])
