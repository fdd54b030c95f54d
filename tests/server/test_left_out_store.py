"""The store of feedback keeps every record once, with its own comment, and counts each under its own rule."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from starlette.testclient import TestClient

import pmcds
from pmcds.hooks.feedback import parse_feedback
from pmcds.server import Config, create_app
from pmcds.server.config import Feedback
from pmcds.server.sql_store import SqlStore
from pmcds.server.store import FLAT, ShownCard, SqliteStore, Store, open_store, record_of, tally
from tests.server.material import SELECT, feedback

CARD = ShownCard("c1", "pmcds-order-select", "topic", "a/b/c", "3")


@pytest.fixture(params=["sqlite", "sqlalchemy"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    file = tmp_path / "feedback.db"
    found: Store = SqliteStore(str(file)) if request.param == "sqlite" else SqlStore(f"sqlite+pysqlite:///{file}")
    yield found
    found.close()


def _said(*codes: str | None, card: str = "c1", known: Any = None) -> tuple[Any, ...]:
    entries = []
    for place, code in enumerate(codes):
        entry: dict[str, Any] = {"card": card, "outcome": "overridden"}
        entry["outcomeTimestamp"] = f"2026-03-06T08:00:{place:02d}Z"
        if code is not None:
            entry["overrideReason"] = {"reason": {"code": code, "system": "urn:x"}, "userComment": f"why {code}"}
        entries.append(entry)
    return parse_feedback({"feedback": entries}, service="s", received="2026-03-06T08:00:01Z", known=known).records


def test_fr36_reasons_are_counted_by_rule_and_stand_in_a_fixed_order(store: Store) -> None:
    store.remember([CARD, CARD._replace(card="c2", rule="z", topic="t2")], "2026-03-06")
    store.add(_said("z", "b", None, "b", "a", known=store.known))
    store.add(_said("q", card="c2", known=store.known))
    rows = {row.rule: row for row in store.counts()}
    assert list(rows["a/b/c"].reasons.items()) == [("a", 1), ("b", 2), ("none", 1), ("z", 1)]
    assert (rows["a/b/c"].shown, rows["a/b/c"].accepted, rows["a/b/c"].overridden) == (1, 0, 5)
    assert (rows["z"].shown, dict(rows["z"].reasons)) == (1, {"q": 1})


def test_fr36_rows_without_rule_come_first_and_none_is_lost_that_has_only_one_kind_of_count() -> None:
    rows = tally([("b", "t", 2), (None, None, 1)], [("c", "t", "accepted", None, 3), ("d", None, "overridden", "x", 4)])
    assert [(*row[:5], dict(row.reasons)) for row in rows] == [
        (None, None, 1, 0, 0, {}),
        ("b", "t", 2, 0, 0, {}),
        ("c", "t", 0, 3, 0, {}),
        ("d", None, 0, 0, 4, {"x": 4}),
    ]


def test_f12_a_comment_comes_back_with_its_own_record_and_with_no_other(store: Store) -> None:
    given = (*_said("a", None, "b"), *_said(None, card="c2"))
    assert store.add(given) == 4
    assert {(one.card, one.reason_code): one.comment for one in store.records()} == {
        ("c1", "a"): "why a",
        ("c1", None): None,
        ("c1", "b"): "why b",
        ("c2", None): None,
    }


def test_f07_a_batch_that_fails_in_its_middle_leaves_nothing_and_can_be_sent_again() -> None:
    store = SqliteStore(":memory:")
    good = _said("a", "b")
    with pytest.raises(Exception):  # noqa: B017 - whatever the database raises
        store.add((good[0], SimpleNamespace(identity=("x",)), good[1]))  # type: ignore[arg-type]
    assert list(store.records()) == []
    assert store.add(good) == 2
    assert {one.reason_code: one.comment for one in store.records()} == {"a": "why a", "b": "why b"}
    store.close()


def test_a_row_of_another_width_is_never_read_as_a_record() -> None:
    row = list(range(len(FLAT)))
    assert record_of(row, None).received == 0  # type: ignore[comparison-overlap]
    for wrong in (row[:-1], [*row, 1]):
        with pytest.raises(ValueError):
            record_of(wrong, None)


@pytest.mark.parametrize("url", ["sqlite://", "sqlite:///{place}/f.db", "sqlite:///:memory:"])
def test_a_store_of_the_standard_library_needs_no_extra(
    url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    found = open_store(Feedback(url=url.format(place=tmp_path)))
    assert isinstance(found, SqliteStore) and found.ready()
    assert found.add(_said("a")) == 1
    found.close()
    assert {file.name for file in tmp_path.iterdir()} <= {"f.db"}


def test_a_store_waits_for_another_process_that_writes(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    seconds: list[float] = []
    connect: Any = sqlite3.connect

    def keep(*arguments: Any, timeout: float = 0.0, **options: Any) -> Any:
        seconds.append(timeout)
        return connect(*arguments, timeout=timeout, **options)

    monkeypatch.setattr(sqlite3, "connect", keep)
    SqliteStore(str(tmp_path / "f.db")).close()
    assert min(seconds) >= 10


def test_feedback_goes_into_the_store_that_the_application_was_given(
    engine: pmcds.Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    own = SqliteStore(":memory:")
    with TestClient(create_app(engine, Config(), store=own)) as client:
        assert client.post(SELECT + "/feedback", json=feedback()).status_code == 200
        assert len(list(own.records())) == 1
    assert list(tmp_path.iterdir()) == [], "no file of the settings is made"
    assert not own._database or not _open(own)


def _open(store: SqliteStore) -> bool:
    try:
        return store.ready()
    except sqlite3.ProgrammingError:
        return False
