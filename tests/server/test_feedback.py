"""Feedback: stored before it is acknowledged, once, whatever happens; counted by rule; exported flat."""

from __future__ import annotations

import csv
import io
import json
import logging
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pmcds.cli import main
from pmcds.errors import InputError
from pmcds.hooks.feedback import COLUMNS, FeedbackRecord, parse_feedback
from pmcds.server.config import Feedback
from pmcds.server.shown import Shown
from pmcds.server.sql_store import SqlStore
from pmcds.server.state import Server
from pmcds.server.store import ShownCard, SqliteStore, Store, open_store
from tests.server.conftest import Open
from tests.server.killing import kill_rounds
from tests.server.material import SELECT, feedback, request

CARD = ShownCard("c1", "pmcds-order-select", "topic", "pharmacogenomics/x/cpic", "3")


def records(**changes: Any) -> tuple[FeedbackRecord, ...]:
    found = parse_feedback(feedback(**changes), service="pmcds-order-select", received="2026-03-06T08:00:01Z")
    return found.records


@pytest.fixture(params=["sqlite", "sqlalchemy"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    file = tmp_path / "feedback.db"
    # Many threads wait for one file: on a busy machine longer than the five seconds of the driver.
    found: Store = (
        SqliteStore(str(file)) if request.param == "sqlite" else SqlStore(f"sqlite+pysqlite:///{file}?timeout=120")
    )
    yield found
    found.close()


def test_what_is_stored_comes_back(store: Store) -> None:
    given = records(
        outcome="overridden",
        overrideReason={"reason": {"code": "tolerated", "system": "urn:x", "display": "Tolerated"}, "userComment": "c"},
    )
    assert store.add(given) == 1
    assert tuple(store.records()) == given


def test_F07_the_same_again_is_stored_once(store: Store) -> None:
    assert store.add(records()) == 1
    assert store.add(records()) == 0
    assert store.add((*records(), *records(card="other"))) == 1
    assert len(list(store.records())) == 2


def test_counts_by_rule(store: Store) -> None:
    store.remember([CARD, CARD, CARD._replace(card="c2", rule=None, topic=None, rule_version=None)], "2026-03-06")
    known = store.known("c1")
    assert known is not None
    assert known.rule == CARD.rule
    assert store.known("nothing") is None
    override = {"reason": {"code": "tolerated", "system": "urn:x", "display": "Tolerated"}}
    for body in (feedback(card="c1"), feedback(card="c1", outcome="overridden", overrideReason=override)):
        store.add(parse_feedback(body, service="s", received="2026-03-06T08:00:01Z", known=store.known).records)
    store.add(records(card="nobody-knows", outcome="overridden"))
    counts = {row.rule: row for row in store.counts()}
    assert counts[CARD.rule][2:] == (2, 1, 1, {"tolerated": 1})
    assert counts[None].overridden == 1
    assert counts[None].reasons == {"none": 1}


def test_FR37_old_feedback_goes_with_its_comments(store: Store) -> None:
    override = {"userComment": "canary"}
    store.add(records(outcome="overridden", overrideReason=override))
    store.remember([CARD], "2026-03-06")
    assert store.purge("2026-03-06") == 0
    assert store.purge("2026-03-07") == 1
    assert list(store.records()) == []
    assert store.known("c1") is None


def test_many_threads_store_each_record_once(store: Store) -> None:
    with ThreadPoolExecutor(8) as pool:
        new = list(pool.map(lambda number: store.add(records(card=f"c{number % 50}")), range(200)))
    assert sum(new) == 50
    assert store.ready()


def test_F13_the_good_entries_of_a_batch_are_stored(client: TestClient) -> None:
    body = {"feedback": [*feedback()["feedback"], {"card": "x"}, 7, *feedback(card="second")["feedback"]]}
    assert client.post(SELECT + "/feedback", json=body).status_code == 200
    server: Server = client.app.state.server  # type: ignore[attr-defined]
    assert len(list(server.store.records())) == 2


@pytest.mark.parametrize(
    "body", [b"", b"{}", b"[]", b'{"feedback": []}', b'{"feedback": [{}]}', b'{"feedback": 1, "feedback": []}', b"NaN"]
)
def test_F13_bodies_without_an_entry_are_400(client: TestClient, body: bytes) -> None:
    assert client.post(SELECT + "/feedback", content=body).status_code == 400


def test_S29_a_comment_of_a_megabyte_is_413(client: TestClient) -> None:
    body = feedback(outcome="overridden", overrideReason={"userComment": "x" * 1024 * 1024})
    assert client.post(SELECT + "/feedback", json=body).status_code == 413


def test_F14_a_store_that_fails_is_5xx(client: TestClient) -> None:
    client.app.state.server.store.close()  # type: ignore[attr-defined]
    assert client.post(SELECT + "/feedback", json=feedback()).status_code == 500


def test_cards_that_were_sent_are_known_and_counted(client: TestClient) -> None:
    card = client.post(SELECT, json=request()).json()["cards"][0]
    body = feedback(card=card["uuid"], acceptedSuggestions=[{"id": card["suggestions"][0]["uuid"]}])
    assert client.post(SELECT + "/feedback", json=body).status_code == 200
    server: Server = client.app.state.server  # type: ignore[attr-defined]
    record = next(iter(server.store.records()))
    assert record.known_card
    assert record.rule == "pharmacogenomics/clopidogrel/cpic"
    assert record.topic == card["source"]["topic"]["code"]
    server.shown.flush()
    count = next(row for row in server.store.counts() if row.rule == record.rule)
    assert (count.shown, count.accepted, count.overridden) == (1, 1, 0)


def test_counts_wait_for_a_store_that_fails(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    store = SqliteStore(str(tmp_path / "f.db"))
    shown = Shown(store)
    remember = store.remember

    def fail(*_: Any) -> None:
        raise OSError

    monkeypatch.setattr(store, "remember", fail)
    shown.add([CARD])
    shown.flush()
    known = shown.known("c1")
    assert known is not None
    monkeypatch.setattr(store, "remember", remember)
    shown.close()
    assert store.known("c1") == known
    store.close()


def test_F12_comments_are_not_logged(
    client: TestClient, lines: list[dict[str, Any]], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    body = feedback(outcome="overridden", overrideReason={"userComment": "canary-comment"})
    assert client.post(SELECT + "/feedback", json=body).status_code == 200
    client.post(SELECT + "/feedback", json=body | {"feedback": [{"overrideReason": {"userComment": "canary-comment"}}]})
    assert lines
    assert "canary" not in str(lines) + caplog.text


# Export


def test_export_as_csv_json_and_counts(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    url = f"sqlite:///{tmp_path / 'f.db'}"
    store = open_store(Feedback(url=url))
    store.add(records(outcome="overridden", overrideReason={"userComment": "=SUM(A1)"}))
    store.close()
    assert main(["feedback", "export", "--url", url]) == 0
    rows = list(csv.DictReader(io.StringIO(capsys.readouterr().out)))
    assert list(rows[0]) == [name for name in COLUMNS if name != "comment"]
    assert rows[0]["outcome"] == "overridden"
    assert rows[0]["known_card"] == "false"
    assert main(["feedback", "export", "--url", url, "--comments"]) == 0
    assert next(csv.DictReader(io.StringIO(capsys.readouterr().out)))["comment"] == "'=SUM(A1)"
    assert main(["feedback", "export", "--url", url, "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["card"] == rows[0]["card"]
    assert main(["feedback", "export", "--url", url, "--counts", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)[0]["overridden"] == 1
    assert main(["feedback", "export", "--url", url, "--counts"]) == 0
    assert "overridden" in capsys.readouterr().out


def test_export_makes_no_store(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "nothing.db"
    assert main(["feedback", "export", "--url", f"sqlite:///{file}"]) == 2
    assert not file.exists()
    assert "no feedback store" in capsys.readouterr().err


def test_a_store_that_cannot_be_opened_is_a_clear_error(tmp_path: Path, open_client: Open) -> None:
    with pytest.raises(InputError):
        open_client(feedback={"url": f"sqlite:///{tmp_path}/no/such/folder/f.db"})


# Killing


def test_F14_nothing_acknowledged_is_lost_when_the_server_is_killed(tmp_path: Path) -> None:
    report = kill_rounds(tmp_path, rounds=5, seed=20260306)
    assert report.acknowledged > 0
    assert (report.lost, report.doubled) == (0, 0)
