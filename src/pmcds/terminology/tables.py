"""Large code tables as sorted text that is searched without being parsed."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any


class Table:
    """Rows of text sorted by their first cell.

    Nothing is parsed when it is made: a search reads about twenty lines of the text. Lines that begin with "#" stand
    in the head only; the first other line names the columns.
    """

    __slots__ = ("_body", "columns")

    def __init__(self, columns: tuple[str, ...], body: str) -> None:
        self.columns = columns
        self._body = body

    @classmethod
    def of(cls, document: Any) -> Table:
        """The table of a document: text whose rows are sorted, or a list of rows (mappings) in any order."""
        if document is None:
            return cls((), "")
        if not isinstance(document, str):
            return cls._of_rows(document)
        start = 0
        while document.startswith("#", start):
            start = document.find("\n", start) + 1
            if start == 0:
                return cls((), "")
        end = document.find("\n", start)
        columns = tuple(document[start : end if end >= 0 else None].split("\t"))
        return cls(columns, document[end + 1 :] if end >= 0 else "")

    @classmethod
    def _of_rows(cls, rows: Sequence[Mapping[str, Any]]) -> Table:
        columns = tuple(rows[0]) if rows else ()
        return cls(columns, _sorted("\t".join(str(row.get(name, "")) for name in columns) for row in rows))

    def find(self, key: str) -> tuple[str, ...] | None:
        """The row whose first cell is `key`."""
        probe = key + "\t"
        body, low, high = self._body, 0, len(self._body)
        while low < high:
            start = body.rfind("\n", low, (low + high) // 2) + 1 or low
            if body.startswith(probe, start):
                end = body.find("\n", start)
                return tuple(body[start : end if end >= 0 else None].split("\t"))
            if body[start : start + len(probe)] < probe:
                end = body.find("\n", start)
                low = end + 1 if end >= 0 else len(body)
            else:
                high = start
        return None

    def __iter__(self) -> Iterator[tuple[str, ...]]:
        for line in self._body.splitlines():
            yield tuple(line.split("\t"))

    def select(self, *names: str) -> Iterator[tuple[str, ...]]:
        """The named cells of every row."""
        if names == self.columns[: len(names)]:
            wanted = len(names)
            for row in self:
                yield row[:wanted] if len(row) >= wanted else self.cells(row, *names)
        else:
            for row in self:
                yield self.cells(row, *names)

    def cells(self, row: tuple[str, ...], *names: str) -> tuple[str, ...]:
        """The named cells of a row; a column that the table or the row lacks is empty."""
        places = [self.columns.index(name) if name in self.columns else -1 for name in names]
        return tuple(row[place] if 0 <= place < len(row) else "" for place in places)

    def text(self) -> str:
        """The table as a document."""
        return "\t".join(self.columns) + "\n" + self._body

    def merged(self, other: Table) -> Table:
        """This table with the rows of `other`, which win where both have the same first cell."""
        columns = self.columns or other.columns
        rows = {row[0]: row for row in self}
        for row in other:
            rows[row[0]] = row if other.columns == columns else other.cells(row, *columns)
        return Table(columns, _sorted("\t".join(row) for row in rows.values()))


def _sorted(lines: Iterable[str]) -> str:
    return "".join(f"{line}\n" for line in sorted(lines))


def merged_documents(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two sets of documents as one: mappings are joined, lists are put one behind the other, the second wins."""
    joined: dict[str, Any] = dict(first)
    for name, value in second.items():
        joined[name] = _merged(joined[name], value) if name in joined else value
    return joined


def _merged(first: Any, second: Any) -> Any:
    if _is_table(first) or _is_table(second):
        return Table.of(first).merged(Table.of(second)).text()
    if isinstance(first, Mapping) and isinstance(second, Mapping):
        return merged_documents(first, second)
    if isinstance(first, list) and isinstance(second, list):
        return [*first, *(part for part in second if part not in first)]
    return second


def _is_table(document: Any) -> bool:
    return isinstance(document, str) and "\t" in document
