"""Tables are searched as text, so their order matters."""

from __future__ import annotations

from pathlib import Path

import pytest

from pmcds.terminology.tables import Table, merged_documents
from tests.terminology.conftest import TERMS

TABLES = sorted(TERMS.glob("*.tsv"))


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_shipped_tables_are_sorted_and_every_key_is_found(path: Path) -> None:
    table = Table.of(path.read_text(encoding="utf-8"))
    keys = [row[0] for row in table]
    lines = ["\t".join(row) for row in table]
    assert lines == sorted(lines)
    assert len(keys) == len(set(keys))
    assert all(table.find(key) is not None for key in keys[:: max(1, len(keys) // 500)])
    assert all(
        table.find(key) == row for key, row in zip(keys[:3] + keys[-3:], [*table][:3] + [*table][-3:], strict=True)
    )


@pytest.mark.parametrize("path", TABLES, ids=lambda path: path.name)
def test_shipped_tables_state_source_and_date(path: Path) -> None:
    head = "".join(line for line in path.read_text(encoding="utf-8").splitlines(True)[:8] if line.startswith("#"))
    assert "20" in head
    assert any(word in head for word in ("Source", "OncoTree"))
    if path.stem.startswith("ema"):
        assert "CC BY-SA 4.0" in head


@pytest.mark.parametrize("key", ["", "zzz", "0", "10", "1000", "\t", "ä"])
def test_what_is_not_there_is_not_found(key: str) -> None:
    table = Table.of("code\tname\n1\tone\n100\thundred\n2\ttwo\n")
    assert table.find(key) is None


def test_a_prefix_is_not_its_longer_key() -> None:
    table = Table.of("code\tname\n1\tone\n10\tten\n100\thundred\n")
    assert [table.find(key) for key in ("1", "10", "100")] == [("1", "one"), ("10", "ten"), ("100", "hundred")]


def test_rows_may_be_given_in_any_order() -> None:
    table = Table.of([{"code": "2", "name": "two"}, {"code": "1", "name": "one"}])
    assert table.find("2") == ("2", "two")
    assert table.find("1") == ("1", "one")


def test_a_second_document_wins_and_adds() -> None:
    first = {"codes": "code\tname\n1\tone\n3\tthree\n", "names": {"a": {"codes": ["x"]}}}
    second = {"codes": "code\tname\n2\ttwo\n1\tuno\n", "names": {"a": {"codes": ["y"]}, "b": {}}}
    merged = merged_documents(first, second)
    table = Table.of(merged["codes"])
    assert [table.find(key) for key in "123"] == [("1", "uno"), ("2", "two"), ("3", "three")]
    assert merged["names"] == {"a": {"codes": ["x", "y"]}, "b": {}}


def test_all_tables_together_stay_small() -> None:
    assert sum(path.stat().st_size for path in TERMS.iterdir() if path.is_file()) < 6 * 1024 * 1024
