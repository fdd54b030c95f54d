"""Strict YAML: every scalar stays text, and what would change a clinical value silently is refused.

One pass over the parser's events composes the document and keeps the place of every key and value. Anchors,
aliases, tags, merge keys, duplicate keys, keys that are not text, values that are missing or null, invisible
characters, more than one document, too deep nesting and too large files are refused with file, line, column and
the mend.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, NamedTuple

from pmcds.errors import Problem

MAX_BYTES = 256 * 1024
MAX_DEPTH = 20

Path = tuple[str | int, ...]

# Characters that change how text looks without being seen: controls, bidirectional marks, zero width.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\u00ad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]"
)
_NULLS = frozenset({"~", "null", "Null", "NULL"})
_QUOTE_STARS = 'quote star alleles: "*2", "*1/*2"'


class Place(NamedTuple):
    """A position in a file, counted from 1."""

    line: int
    column: int


@dataclass(frozen=True, slots=True)
class Source:
    """One file as read: its value, and where each key and value stands.

    `file` is how the file is named in problems; `path` its name below the directory of the cards.
    """

    file: str
    path: str
    value: Any
    keys: Mapping[Path, Place] = field(default_factory=dict, repr=False)
    values: Mapping[Path, Place] = field(default_factory=dict, repr=False)

    def at(self, path: Path = ()) -> Place:
        """Where the value at `path` stands, or the nearest value around it."""
        while path and path not in self.values:
            path = path[:-1]
        return self.values.get(path, Place(1, 1))

    def key(self, path: Path) -> Place:
        """Where the key at the end of `path` stands; the value's place if it is no key."""
        return self.keys.get(path) or self.at(path)

    def problem(self, path: Path, message: str, mend: str = "", *, key: bool = False) -> Problem:
        """A problem with the value (or the key) at `path`."""
        place = self.key(path) if key else self.at(path)
        return Problem(self.file, place.line, place.column, message, mend)


def read_yaml(data: bytes, file: str, path: str | None = None) -> tuple[Source | None, tuple[Problem, ...]]:
    """Compose one file; with problems, the source is None."""
    if len(data) > MAX_BYTES:
        return None, (Problem(file, 0, 0, f"larger than {MAX_BYTES // 1024} KiB", "split it; tables belong in .tsv"),)
    try:
        text = data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        column = error.start - (data.rfind(b"\n", 0, error.start) + 1) + 1
        return None, (Problem(file, line, column, "not UTF-8", "save the file as UTF-8"),)
    problems = list(_invisible(text, file))
    composer = _Composer(file)
    if not problems:
        composer.run(text)
    problems += composer.problems
    if problems:
        return None, tuple(sorted(problems, key=lambda problem: (problem.line, problem.column)))
    return Source(file, path or file, composer.result, composer.keys, composer.values), ()


def _invisible(text: str, file: str) -> Iterator[Problem]:
    for found in _INVISIBLE.finditer(text):
        line = text.count("\n", 0, found.start()) + 1
        column = found.start() - (text.rfind("\n", 0, found.start()) + 1) + 1
        yield Problem(file, line, column, f"invisible character U+{ord(found.group()):04X}", "delete it")


class _Open:
    """A mapping or sequence that is being filled; `key` waits for its value."""

    __slots__ = ("key", "path", "value")

    def __init__(self, value: dict[str, Any] | list[Any], path: Path) -> None:
        self.value = value
        self.path = path
        self.key: str | None = None


class _Composer:
    """Composes one document from the events of PyYAML (with libyaml where it is there)."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.problems: list[Problem] = []
        self.keys: dict[Path, Place] = {}
        self.values: dict[Path, Place] = {}
        self.result: Any = None
        self._stack: list[_Open] = []
        self._documents = 0

    def run(self, text: str) -> None:
        """Read the text; a syntax error stands alone, all else is collected."""
        import yaml  # only authors and the build need it: an installed library loads the compiled cards

        loader = getattr(yaml, "CBaseLoader", yaml.BaseLoader)
        try:
            for event in yaml.parse(text, Loader=loader):
                if not self._take(event, type(event).__name__):
                    return
        except yaml.YAMLError as error:
            self._syntax(error, text)
        if not self.problems and self._documents == 0:
            self.problems.append(Problem(self.file, 1, 1, "the file is empty", "write the document or delete the file"))

    def _syntax(self, error: Exception, text: str) -> None:
        mark, began = getattr(error, "problem_mark", None), getattr(error, "context_mark", None)
        context = str(getattr(error, "context", "") or "")
        said = str(getattr(error, "problem", "") or getattr(error, "reason", "") or "not YAML")
        if mark is None or (began is not None and ("alias" in context or "end of stream" in said)):
            mark = began
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (0, 0)
        # An unquoted star is what breaks the rest of its line.
        causes = [problem for problem in self.problems if problem.line == line]
        if causes:
            self.problems = causes
            return
        mend = _QUOTE_STARS if "alias" in context else "quote texts with one of : # [ ] { } , * & ! | > ' \" % @"
        if "\t" in text.split("\n")[line - 1][:column]:
            mend = "indent with blanks, not with tabs"
        elif "nesting" in said:
            mend = "split the document"
        self.problems = [Problem(self.file, line, column, f"cannot be read as YAML: {said}", mend)]

    def _take(self, event: Any, name: str) -> bool:
        """Take one event; False stops the reading."""
        if name == "DocumentStartEvent":
            self._documents += 1
            if event.version or event.tags:
                self._refuse(event, "a YAML directive", "delete the line that begins with %")
            if self._documents > 1:
                self._refuse(event, "a second document", "one document a file: delete the --- line")
                return False
        elif name == "ScalarEvent":
            self._scalar(event)
        elif name == "AliasEvent":
            self._refuse(event, f"*{event.anchor} is read as a YAML alias", _QUOTE_STARS)
            self._add(None, event, key="*" + str(event.anchor))
        elif name in ("MappingStartEvent", "SequenceStartEvent"):
            return self._open(event, {} if name == "MappingStartEvent" else [])
        elif name in ("MappingEndEvent", "SequenceEndEvent"):
            self._stack.pop()
        return True

    def _open(self, event: Any, value: dict[str, Any] | list[Any]) -> bool:
        self._marks(event)
        if len(self._stack) >= MAX_DEPTH:
            self._refuse(event, f"nested deeper than {MAX_DEPTH}", "split the document")
            return False
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            self._refuse(event, "a key that is not text", "a key is one word or a quoted text")
        path = self._add(value, event, key="?")
        self._stack.append(_Open(value, path))
        return True

    def _scalar(self, event: Any) -> None:
        self._marks(event)
        text: str = event.value
        plain = event.style is None or event.style == ""
        top = self._stack[-1] if self._stack else None
        if top is not None and isinstance(top.value, dict) and top.key is None:
            if plain and text == "<<":
                self._refuse(event, "a merge key", "write the keys out")
            elif plain and (text == "" or text in _NULLS):
                self._refuse(event, "a key that is not text", "write the key, or quote it")
            self._add(None, event, key=text)
            return
        if plain and (text == "" or text in _NULLS):
            key = str(top.key) if top is not None and top.key is not None else "this place"
            self._refuse(event, f"no value for {key}", "write a value or leave it out; quote a text that holds a comma")
        self._add(text, event, key=text)

    def _marks(self, event: Any) -> None:
        if event.anchor is not None:
            self._refuse(event, f"anchor &{event.anchor}", "write the value out at each place; quote texts with &")
        if event.tag is not None:
            self._refuse(event, f"tag {event.tag}", "delete the tag; quote texts that begin with !")

    def _add(self, value: Any, event: Any, *, key: str) -> Path:
        """Put a value, or a key that waits for its value, where it belongs; the path of the value."""
        place = Place(event.start_mark.line + 1, event.start_mark.column + 1)
        if not self._stack:
            self.result = value
            self.values[()] = place
            return ()
        top = self._stack[-1]
        if isinstance(top.value, list):
            path: Path = (*top.path, len(top.value))
            top.value.append(value)
        elif top.key is None:
            path = (*top.path, key)
            if key in top.value:
                first = self.keys[path]
                self._refuse(event, f"{key} stands twice, first in line {first.line}", "keep one of the two")
            else:
                self.keys[path] = place
            top.key = key
            return path
        else:
            path = (*top.path, top.key)
            top.value[top.key] = value
            top.key = None
        self.values[path] = place
        return path

    def _refuse(self, event: Any, message: str, mend: str) -> None:
        mark = event.start_mark
        self.problems.append(Problem(self.file, mark.line + 1, mark.column + 1, message, mend))
