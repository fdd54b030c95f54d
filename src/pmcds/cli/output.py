"""What every command prints with: JSON, clean text, tables with or without rich."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
import sys
import textwrap
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from collections.abc import Set as AbstractSet
from decimal import Decimal
from itertools import zip_longest
from typing import Any

_WIDEST = 120
_NARROWEST = 12
# Signs that change how the text around them is shown: bidirectional marks and isolates, zero-width signs.
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})


def clean(text: str) -> str:
    """The text on one line, without any sign that a terminal would obey."""
    kept = (" " if unicodedata.category(sign) in _INVISIBLE else sign for sign in text)
    return " ".join("".join(kept).split())


def plain(value: Any) -> Any:
    """The value as JSON values; dataclasses become objects without their empty members."""
    if dataclasses.is_dataclass(value) and not isinstance(value, type):
        members = {field.name: getattr(value, field.name) for field in dataclasses.fields(value)}
        return {name: plain(member) for name, member in members.items() if member not in (None, (), {}, frozenset())}
    if isinstance(value, Mapping):
        return {str(name): plain(member) for name, member in value.items()}
    if isinstance(value, AbstractSet):
        return sorted(plain(member) for member in value)
    if isinstance(value, str | bool | int | float) or value is None:
        return value
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Iterable):
        return [plain(member) for member in value]
    return str(value)


def print_json(value: Any) -> None:
    """Print the value as JSON, two blanks deep, in the order it has."""
    encoding = (sys.stdout.encoding or "").lower().replace("-", "")
    text = json.dumps(plain(value), indent=2, ensure_ascii=encoding not in ("utf8", ""))
    sys.stdout.write(text + "\n")


# What may end a line inside a table: a blank, or the slash of a key or rule id.
_PIECE = re.compile(r"[^ /]*(?:/|\s|$)")


def _wrapped(text: str, width: int) -> list[str]:
    """The text in lines of this width, broken after blanks and slashes, elsewhere only if it must."""
    lines = [""]
    for piece in _PIECE.findall(text):
        if len((lines[-1] + piece).rstrip()) > width and lines[-1]:
            lines.append("")
        lines[-1] += piece
        while len(lines[-1].rstrip()) > width:
            lines[-1:] = [lines[-1][:width], lines[-1][width:]]
    return [line.rstrip() for line in lines]


def _longest_piece(text: str) -> int:
    return max(len(piece.rstrip()) for piece in _PIECE.findall(text))


class Screen:
    """Readable text on standard output, in plain signs."""

    def __init__(self) -> None:
        self.width = min(shutil.get_terminal_size((100, 24)).columns, _WIDEST)
        # What a program reads, a filter for example, needs each row whole.
        self.whole_rows = not sys.stdout.isatty()

    def line(self, text: str = "", *, indent: int = 0) -> None:
        """One paragraph, wrapped to the width of the terminal."""
        margin = " " * indent
        wrapped = textwrap.wrap(
            clean(text), self.width, initial_indent=margin, subsequent_indent=margin, break_on_hyphens=False
        )
        self.write("\n".join(wrapped) + "\n")

    def point(self, text: str, *, indent: int = 2) -> None:
        """One point of a list."""
        wrapped = textwrap.wrap(
            clean(text),
            self.width,
            initial_indent=" " * indent + "- ",
            subsequent_indent=" " * (indent + 2),
            break_on_hyphens=False,
        )
        self.write("\n".join(wrapped) + "\n")

    def heading(self, text: str) -> None:
        """A heading with a rule below it."""
        self.write(f"\n{clean(text)}\n{'-' * len(clean(text))}\n")

    def badge(self, word: str, text: str) -> None:
        """A line that begins with a word that catches the eye."""
        self.line(f"{word.upper()}: {text}")

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """Columns below their heads; where they are too wide together, the last ones are wrapped first."""
        cells = [[clean(cell) for cell in row] for row in rows]
        widths = [max(len(row[place]) for row in [list(head), *cells]) for place in range(len(head))]
        words = [max(_longest_piece(row[place]) for row in [list(head), *cells]) for place in range(len(head))]
        limit = None if self.whole_rows else self.width
        while limit and sum(widths) + 2 * (len(widths) - 1) > limit and max(widths) > _NARROWEST:
            # The last column gives way first, as long as its words stay whole; then the widest does.
            giving = [place for place in range(len(widths)) if widths[place] > max(words[place], _NARROWEST)]
            widths[giving[-1] if giving else widths.index(max(widths))] -= 1
        for row in (head, ["-" * width for width in widths], *cells):
            self._row(row, widths)

    def _row(self, cells: Sequence[str], widths: Sequence[int]) -> None:
        columns = [_wrapped(cell, width) for cell, width in zip(cells, widths, strict=True)]
        for parts in zip_longest(*columns, fillvalue=""):
            line = "  ".join(part.ljust(width) for part, width in zip(parts, widths, strict=True))
            self.write(line.rstrip() + "\n")

    def write(self, text: str) -> None:
        """Text as it is."""
        sys.stdout.write(text)


_STYLES = {"critical": "bold white on red", "warning": "bold black on yellow", "info": "bold white on blue"}


class RichScreen(Screen):
    """The same with colors and drawn tables, where rich is installed and a person looks on."""

    def __init__(self) -> None:
        from rich.console import Console

        super().__init__()
        self.console = Console(width=self.width, highlight=False, markup=False, emoji=False)

    def heading(self, text: str) -> None:
        """A heading between rules."""
        from rich.rule import Rule
        from rich.text import Text

        self.console.print()
        self.console.print(Rule(Text(clean(text)), align="left"))

    def badge(self, word: str, text: str) -> None:
        """A line that begins with a colored word."""
        from rich.text import Text

        mark = Text(f" {word.upper()} ", style=_STYLES.get(word, "bold"))
        self.console.print(mark.append("  ").append(Text(clean(text), style="bold")))

    def table(self, head: Sequence[str], rows: Iterable[Sequence[str]]) -> None:
        """A drawn table; every column is wrapped where it must."""
        from rich.table import Table
        from rich.text import Text

        drawn = Table(*head, box=None, header_style="bold", pad_edge=False)
        for row in rows:
            drawn.add_row(*(Text(clean(cell)) for cell in row))
        self.console.print(drawn)

    def write(self, text: str) -> None:
        """Text as it is, through the same console so that the order is kept."""
        self.console.out(text, end="", highlight=False)


def screen() -> Screen:
    """The screen that fits: drawn where rich is installed and standard output is a terminal."""
    if sys.stdout.isatty():
        try:
            return RichScreen()
        except ModuleNotFoundError:
            pass
    return Screen()
