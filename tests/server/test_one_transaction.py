"""A batch of feedback that fails in its middle leaves nothing, so that its retry is not taken for known (F07)."""

from __future__ import annotations

from pathlib import Path

import pytest

pytest.importorskip("sqlalchemy", reason="needs the extra sql")

from pmcds.hooks.feedback import parse_feedback
from pmcds.server import sql_store
from pmcds.server.sql_store import SqlStore


def test_f07_a_batch_that_fails_between_record_and_comment_leaves_no_record(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    entry = {
        "card": "c1", "outcome": "overridden", "outcomeTimestamp": "2026-03-06T08:00:00Z",
        "overrideReason": {"reason": {"code": "other", "system": "urn:x"}, "userComment": "allergic to both"},
    }  # fmt: skip
    records = parse_feedback(
        {"feedback": [entry]}, service="s", received="2026-03-06T08:00:01Z", known=lambda _: None
    ).records
    store = SqlStore(f"sqlite+pysqlite:///{tmp_path / 'feedback.db'}")

    class Broken:
        def insert(self) -> None:
            raise RuntimeError("disk full")

    with monkeypatch.context() as patch:
        patch.setattr(sql_store, "_COMMENTS", Broken())
        with pytest.raises(RuntimeError):
            store.add(records)
    assert not list(store.records())
    assert store.add(records) == 1
    assert [record.comment for record in store.records()] == ["allergic to both"]
    assert store.ready()
    store.close()
