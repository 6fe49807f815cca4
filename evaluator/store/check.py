"""Where the live database differs from the platform's document: one sentence for each difference."""

import re
from collections.abc import Iterator
from typing import Any, Literal, TypeVar

from psycopg import Connection
from psycopg.rows import class_row

from evaluator.domain import Value
from evaluator.store import queries
from evaluator.store.migrate import unapplied
from evaluator.store.schema import OURS, TABLES, TOOL_TYPES, Range, Table

_SQL = queries.load("check.sql")
_COLUMNS, _INDEXES, _CONSTRAINTS = _SQL["columns"], _SQL["indexes"], _SQL["constraints"]
_TOOL_TYPES, _OURS = _SQL["tool_types"], _SQL["ours"]

# As PostgreSQL prints a type -> as the document writes it; a time is a time, with a zone or without (design 3).
_SPELLINGS = {
    "character varying": "varchar",
    "timestamp with time zone": "timestamp",
    "timestamp without time zone": "timestamp",
}


class _Column(Value):
    table: str
    name: str
    type: str
    required: bool
    expression: str | None  # of the default, or of a generated column
    stored: bool  # generated, and kept in the row


class _Index(Value):
    name: str
    table: str
    unique: bool
    whole: bool
    columns: tuple[str, ...]


class _Constraint(Value):
    table: str
    kind: Literal["p", "f", "c"]
    definition: str
    columns: tuple[str, ...]
    target: str | None  # of a foreign key: the table, where it is one of the schema


class _Live(Value):
    """What is there."""

    columns: tuple[_Column, ...]
    indexes: tuple[_Index, ...]
    constraints: tuple[_Constraint, ...]

    def table(self, name: str) -> dict[str, _Column]:
        """Return the columns of one table by name; none where it is missing."""
        return {column.name: column for column in self.columns if column.table == name}


_Row = TypeVar("_Row", _Column, _Index, _Constraint)


def differences(conn: Connection[Any]) -> tuple[str, ...]:
    """Return every difference of the database from the document, table after table; none where they agree.

    A column of the platform's own counts too. Raises SchemaConflict where a migration was edited after its release.
    """
    live = _Live(
        columns=_read(conn, _COLUMNS, _Column),
        indexes=_read(conn, _INDEXES, _Index),
        constraints=_read(conn, _CONSTRAINTS, _Constraint),
    )
    return (
        *(sentence for table in TABLES for sentence in _of_table(table, live)),
        *_of_tool_types(conn, live),
        *_of_ours(conn),
    )


def _read(conn: Connection[Any], query: queries.Statement, kind: type[_Row]) -> tuple[_Row, ...]:
    with conn.cursor(row_factory=class_row(kind)) as cur:
        return tuple(cur.execute(query, {"tables": [table.name for table in TABLES]}))


def _say(where: str, *, expected: str, found: str) -> str:
    return f"{where}: expected {expected}, found {found}."


def _of_table(table: Table, live: _Live) -> Iterator[str]:
    found = live.table(table.name)
    if not found:
        yield _say(table.name, expected="a table", found="none")
        return
    for name, type_ in table.columns.items():
        if name in found:
            yield from _of_column(table, type_, found[name])
        else:
            yield _say(f"{table.name}.{name}", expected=f"a column of type {type_}", found="none")
    for name, column in found.items():
        if name not in table.columns:
            yield _say(f"{table.name}.{name}", expected="no such column", found=f"one of type {_type(column)}")
    constraints = tuple(constraint for constraint in live.constraints if constraint.table == table.name)
    yield from _of_keys(table, constraints)
    yield from _of_ranges(table, constraints, found)
    yield from _of_uniques(table, live.indexes)
    yield from _of_indexes(table, live.indexes)


def _type(column: _Column) -> str:
    plain, bracket, length = column.type.partition("(")
    return _SPELLINGS.get(plain, plain) + bracket + length


def _of_column(table: Table, type_: str, column: _Column) -> Iterator[str]:
    where = f"{table.name}.{column.name}"
    if _type(column) != type_:
        yield _say(where, expected=f"type {type_}", found=_type(column))
    if column.name in table.required and not column.required:
        yield _say(where, expected="NOT NULL", found="a column that may be NULL")
    if column.name in table.nullable and column.required:
        yield _say(where, expected="a column that may be NULL", found="NOT NULL")
    given = column.expression or "none"
    if (default := table.defaults.get(column.name)) and not re.search(default.pattern, given):
        yield _say(where, expected=f"{default.words} by default", found=given)
    if parts := table.sums.get(column.name):
        terms = set(re.sub(r"[\s()]", "", given).split("+"))
        if not column.stored or terms != parts:
            expected = f"GENERATED ALWAYS AS ({' + '.join(sorted(parts))}) STORED"
            yield _say(where, expected=expected, found=f"generated as {given}" if column.stored else "a plain column")


def _of_keys(table: Table, constraints: tuple[_Constraint, ...]) -> Iterator[str]:
    keys = [constraint.columns for constraint in constraints if constraint.kind == "p"]
    if keys != [(table.key,)]:
        found = ", ".join(keys[0]) if keys else "none"
        yield _say(table.name, expected=f"the primary key {table.key}", found=found)
    links = [constraint for constraint in constraints if constraint.kind == "f"]
    for name, target in table.links.items():
        targets = [link.target or "another schema's table" for link in links if link.columns == (name,)]
        if target not in targets:
            found = f"one to {targets[0]}" if targets else "none"
            yield _say(f"{table.name}.{name}", expected=f"a foreign key to {target}", found=found)


def _of_ranges(table: Table, constraints: tuple[_Constraint, ...], found: dict[str, _Column]) -> Iterator[str]:
    for name, bounds in table.ranges.items():
        checks = [check.definition for check in constraints if check.kind == "c" and name in check.columns]
        if name in found and not any(_holds(name, bounds, check) for check in checks):
            least, most = bounds
            expected = f"CHECK ({name} >= {least})" if most is None else f"CHECK ({name} BETWEEN {least} AND {most})"
            yield _say(f"{table.name}.{name}", expected=expected, found=" and ".join(checks) or "none")


def _holds(name: str, bounds: Range, definition: str) -> bool:
    """Say whether a CHECK lets in the range and nothing else, by its words: PostgreSQL prints BETWEEN as >= and <=."""
    least, most = bounds
    words = re.sub(r"[()]|^CHECK ", "", definition)
    return words == (f"{name} >= {least}" if most is None else f"{name} >= {least} AND {name} <= {most}")


def _of_uniques(table: Table, indexes: tuple[_Index, ...]) -> Iterator[str]:
    kept = [frozenset(index.columns) for index in indexes if index.table == table.name and index.unique and index.whole]
    for columns in table.unique:
        if columns not in kept:
            yield _say(f"{table.name} ({', '.join(sorted(columns))})", expected="a unique key", found="none")


def _of_indexes(table: Table, indexes: tuple[_Index, ...]) -> Iterator[str]:
    by_name = {index.name: index for index in indexes}
    for name, columns in table.indexes.items():
        expected = f"an index on {table.name} that begins with {', '.join(columns)}"
        if not (index := by_name.get(name)):
            alike = [i.name for i in indexes if i.table == table.name and i.columns[: len(columns)] == columns]
            yield _say(
                name, expected=expected, found=f"none by this name (but {', '.join(alike)})" if alike else "none"
            )
        elif index.table != table.name or index.columns[: len(columns)] != columns:
            yield _say(name, expected=expected, found=f"one on {index.table} ({', '.join(index.columns)})")
        elif not index.whole:
            yield _say(name, expected="an index of all rows", found="a partial or unfinished one")


def _of_tool_types(conn: Connection[Any], live: _Live) -> Iterator[str]:
    if "id" in live.table("tool_types"):
        found = {row[0] for row in conn.execute(_TOOL_TYPES)}
        for name in TOOL_TYPES:
            if name not in found:
                yield _say(f"tool_types {name!r}", expected="a row", found="none")


def _of_ours(conn: Connection[Any]) -> Iterator[str]:
    missing = unapplied(conn)
    for migration in missing:
        yield _say(f"Migration {migration.name}", expected="applied", found="pending; run modu db migrate")
    found = {row[0] for row in conn.execute(_OURS)}
    for name in () if missing else OURS:
        if name not in found:
            yield _say(f"evaluator.{name}", expected="a table", found="none")
