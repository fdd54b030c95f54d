"""From the directory of the cards to documents: one typed value for each file.

This module and those it imports need the standard library and PyYAML only: the build hook uses them.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

from pmcds import _resources
from pmcds.errors import KnowledgeError, Problem
from pmcds.knowledge.typed import Typing
from pmcds.knowledge.yaml import Place, Source, read_yaml

MAX_TABLE_BYTES = 32 * 1024 * 1024
TEST = ".test.yaml"
PACK = "pack.yaml"
# Kinds of files that are tables: text without a schema.
TABLES = ("table", "facts")
# What may lie beside the cards without being one.
_BESIDE = frozenset({".md", ".txt", ".license"})


def kind_of(path: str) -> str:
    """Which schema a file follows, by its place: rule, rule-test, gene, terms, table, facts, phrases or pack."""
    first = path.split("/", 1)[0]
    if path == PACK:
        return "pack"
    if path.endswith(".tsv"):
        return "facts" if first == "facts" else "table"
    if first == "genes":
        return "gene"
    if first in ("terms", "phrases"):
        return first
    return "rule-test" if path.endswith(TEST) else "rule"


def rule_id(path: str) -> str:
    """The id of the rule that a rule file or its test must have."""
    return path.removesuffix(TEST).removesuffix(".yaml")


def stem(path: str) -> str:
    """The name of a file without directory and ending."""
    return path.rsplit("/", 1)[-1].rsplit(".", 1)[0]


@dataclass(frozen=True, slots=True)
class Files:
    """Every file of one directory: sources that could be read (values typed), and what is wrong with the others.

    `paths` are all files, also those that could not be read.
    """

    sources: Mapping[str, Source]
    problems: tuple[Problem, ...] = ()
    paths: frozenset[str] = frozenset()

    def documents(self) -> dict[str, Any]:
        """Path below the directory: typed value; a table is text."""
        return {path: source.value for path, source in self.sources.items()}

    def of_kind(self, kind: str) -> tuple[Source, ...]:
        """The sources of one kind, in order of their paths."""
        return tuple(source for path, source in self.sources.items() if kind_of(path) == kind)


def collect(directory: Path, *, tests: bool = True, shown: str | None = None) -> Files:
    """Read every card file below `directory`; `shown` is how problems name the directory.

    Without `tests`, the rules' tests are left out.
    """
    if not directory.is_dir():
        raise KnowledgeError([Problem(str(directory), 0, 0, "no such directory", "name a directory of cards")])
    prefix = f"{directory if shown is None else shown}/"
    typings = _Typings()
    sources: dict[str, Source] = {}
    problems: list[Problem] = []
    paths = sorted(_paths(directory))
    for path in paths:
        file = prefix + path
        if not path.endswith((".yaml", ".tsv")):
            problems.append(Problem(file, 0, 0, "not a card file", "rules, genes and terms are .yaml, tables .tsv"))
        elif tests or kind_of(path) != "rule-test":
            source, wrong = read_file(directory / path, path, file)
            problems += wrong
            if source is not None:
                sources[path] = typings.typed(source)
    return Files(sources, tuple(problems), frozenset(paths))


def _paths(directory: Path) -> Iterator[str]:
    for file in directory.rglob("*"):
        path = file.relative_to(directory).as_posix()
        hidden = any(part.startswith((".", "__")) for part in path.split("/"))
        if file.is_file() and not hidden and file.suffix not in _BESIDE:
            yield path


def read_file(file: Path, path: str, shown: str) -> tuple[Source | None, tuple[Problem, ...]]:
    """One file as source, its scalars still text."""
    data = file.read_bytes()
    if not path.endswith(".tsv"):
        return read_yaml(data, shown, path)
    if len(data) > MAX_TABLE_BYTES:
        return None, (Problem(shown, 0, 0, f"larger than {MAX_TABLE_BYTES >> 20} MiB", "split the table"),)
    try:
        return Source(shown, path, data.decode("utf-8"), values={(): Place(1, 1)}), ()
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        return None, (Problem(shown, line, 1, "not UTF-8", "save the file as UTF-8"),)


class _Typings:
    """One `Typing` for each kind, made when the first file of the kind comes."""

    def __init__(self) -> None:
        self._made: dict[str, Typing] = {}

    def typed(self, source: Source) -> Source:
        kind = kind_of(source.path)
        if kind in TABLES:
            return source
        if kind not in self._made:
            self._made[kind] = Typing(json.loads(_resources.schema(kind)))
        value = self._made[kind].convert(source.value)
        return Source(source.file, source.path, value, source.keys, source.values)


def canonical(value: Any) -> str:
    """JSON without blanks. Keys keep the order of the author: cards list advice and evidence in it."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_plain)


def parse(text: str | bytes) -> Any:
    """The value of canonical JSON, with exact decimals."""
    return json.loads(text, parse_float=Decimal)


def _plain(value: Any) -> Any:
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, Mapping):
        return dict(value)
    raise TypeError(f"{type(value).__name__} is not a value of a document")
