"""Where feedback is kept, and what is counted about cards: an interface, and SQLite behind it."""

from __future__ import annotations

import json
import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, NamedTuple, Protocol

from pmcds.errors import InputError
from pmcds.hooks.feedback import COLUMNS, FeedbackRecord, Known
from pmcds.server.config import Feedback

SQLITE = "sqlite:///"
_MEMORY = "sqlite://"
# Columns of a record that stand in the main table; the comment stands apart.
FLAT = tuple(name for name in COLUMNS if name != "comment")


class ShownCard(NamedTuple):
    """A card that was sent: its id, which is a digest, and the rule behind it; nothing else of the call."""

    card: str
    service: str
    topic: str | None
    rule: str | None
    rule_version: str | None


class RuleCount(NamedTuple):
    """How often cards of a rule were sent, and what was said about them. `reasons` has override codes with counts."""

    rule: str | None
    topic: str | None
    shown: int
    accepted: int
    overridden: int
    reasons: Mapping[str, int]


class Store(Protocol):
    """What the server needs of a feedback store; every method is called from worker threads."""

    def add(self, records: Sequence[FeedbackRecord]) -> int:
        """Store the records durably before returning; how many were new."""
        ...

    def remember(self, cards: Iterable[ShownCard], day: str) -> None:
        """Count cards that were sent and keep what their ids stand for."""
        ...

    def known(self, card: str) -> Known | None:
        """What a card id stands for, or None."""
        ...

    def records(self) -> Iterator[FeedbackRecord]:
        """Every record, oldest first."""
        ...

    def counts(self) -> tuple[RuleCount, ...]:
        """Counts by rule."""
        ...

    def purge(self, before: str) -> int:
        """Delete what was received before this time; how many records went."""
        ...

    def ready(self) -> bool:
        """True if the store can be written to."""
        ...

    def close(self) -> None:
        """Close it."""
        ...


def open_store(config: Feedback, *, create: bool = True) -> Store:
    """The store of a URL: SQLite of the standard library, or SQLAlchemy for every other database.

    Raises InputError if the database cannot be used, or is not there and is not to be made.
    """
    if config.url == _MEMORY or config.url.startswith(SQLITE):
        file = config.url.removeprefix(SQLITE).removeprefix(_MEMORY) or ":memory:"
        if not create and not Path(file).is_file():
            raise InputError("no-feedback", "there is no feedback store at the place of the settings", mend="see --url")
        try:
            return SqliteStore(file)
        except sqlite3.Error:
            raise InputError("bad-configuration", "the feedback file cannot be opened or written") from None
    try:
        from pmcds.server.sql_store import SqlStore
    except ModuleNotFoundError:
        mend = "pip install 'pmcds[sql]' and the driver of the database"
        raise InputError("bad-configuration", "SQLAlchemy is not installed", mend=mend) from None
    return SqlStore(config.url)


def key_of(record: FeedbackRecord) -> str:
    """The same for the same feedback, however often it is sent (F7)."""
    return sha256(json.dumps(record.identity).encode()).hexdigest()


def record_of(flat: Sequence[object], comment: str | None) -> FeedbackRecord:
    """A record from a row of the main table and its comment."""
    values = dict(zip(FLAT, flat, strict=True))
    values["known_card"] = bool(values["known_card"])
    return FeedbackRecord(**values, comment=comment)  # type: ignore[arg-type]


def tally(
    shown: Iterable[tuple[str | None, str | None, int]],
    said: Iterable[tuple[str | None, str | None, str, str | None, int]],
) -> tuple[RuleCount, ...]:
    """Counts by rule, from (rule, topic, count) and (rule, topic, outcome, reason, count)."""
    sent: dict[tuple[str | None, str | None], int] = {}
    accepted: dict[tuple[str | None, str | None], int] = {}
    reasons: dict[tuple[str | None, str | None], dict[str, int]] = {}
    for rule, topic, count in shown:
        sent[rule, topic] = sent.get((rule, topic), 0) + count
    for rule, topic, outcome, reason, count in said:
        if outcome == "accepted":
            accepted[rule, topic] = accepted.get((rule, topic), 0) + count
        else:
            codes = reasons.setdefault((rule, topic), {})
            codes[reason or "none"] = codes.get(reason or "none", 0) + count
    keys = sorted({*sent, *accepted, *reasons}, key=lambda key: (key[0] or "", key[1] or ""))
    return tuple(
        RuleCount(
            *key,
            sent.get(key, 0),
            accepted.get(key, 0),
            sum(reasons.get(key, {}).values()),
            dict(sorted(reasons.get(key, {}).items())),
        )
        for key in keys
    )


_SCHEMA = f"""
CREATE TABLE IF NOT EXISTS feedback (key TEXT PRIMARY KEY, {", ".join(f"{name} TEXT" for name in FLAT)});
CREATE TABLE IF NOT EXISTS comments (key TEXT PRIMARY KEY, comment TEXT NOT NULL);
CREATE TABLE IF NOT EXISTS cards (
    card TEXT PRIMARY KEY, service TEXT, topic TEXT, rule TEXT, rule_version TEXT, day TEXT NOT NULL
);
CREATE TABLE IF NOT EXISTS shown (
    rule TEXT NOT NULL, topic TEXT NOT NULL, service TEXT NOT NULL, count INTEGER NOT NULL,
    PRIMARY KEY (rule, topic, service)
);
"""


class SqliteStore:
    """An SQLite file: written to disk, with fsync, before `add` returns."""

    def __init__(self, file: str) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(file, check_same_thread=False, isolation_level=None, timeout=10)
        self._database.execute("PRAGMA journal_mode=WAL")
        self._database.execute("PRAGMA synchronous=FULL")
        self._database.executescript(_SCHEMA)

    def add(self, records: Sequence[FeedbackRecord]) -> int:
        """Store the records in one transaction."""
        slots = ", ".join("?" * (len(FLAT) + 1))
        with self._lock, _Transaction(self._database) as run:
            new = 0
            for record in records:
                key = key_of(record)
                values = (key, *(getattr(record, name) for name in FLAT))
                if run(f"INSERT OR IGNORE INTO feedback VALUES ({slots})", values).rowcount == 1:
                    new += 1
                    if record.comment is not None:
                        run("INSERT OR IGNORE INTO comments VALUES (?, ?)", (key, record.comment))
            return new

    def remember(self, cards: Iterable[ShownCard], day: str) -> None:
        """Count in one transaction."""
        with self._lock, _Transaction(self._database) as run:
            for card in cards:
                run("INSERT OR IGNORE INTO cards VALUES (?, ?, ?, ?, ?, ?)", (*card, day))
                run(
                    "INSERT INTO shown VALUES (?, ?, ?, 1) "
                    "ON CONFLICT (rule, topic, service) DO UPDATE SET count = count + 1",
                    (card.rule or "", card.topic or "", card.service),
                )

    def known(self, card: str) -> Known | None:
        """What a card id stands for, or None."""
        row = self._rows("SELECT topic, rule, rule_version FROM cards WHERE card = ?", (card,))
        return Known(*row[0]) if row else None

    def records(self) -> Iterator[FeedbackRecord]:
        """Every record, oldest first."""
        columns = ", ".join(f"f.{name}" for name in FLAT)
        rows = self._rows(
            f"SELECT {columns}, c.comment FROM feedback f LEFT JOIN comments c ON c.key = f.key "
            "ORDER BY f.received, f.key"
        )
        for row in rows:
            # SQLite keeps the flag as text, since every column is text.
            yield record_of((*row[:-2], row[-2] in ("1", 1)), row[-1])

    def counts(self) -> tuple[RuleCount, ...]:
        """Counts by rule."""
        shown = self._rows("SELECT nullif(rule, ''), nullif(topic, ''), sum(count) FROM shown GROUP BY 1, 2")
        said = self._rows("SELECT rule, topic, outcome, reason_code, count(*) FROM feedback GROUP BY 1, 2, 3, 4")
        return tally(shown, said)

    def purge(self, before: str) -> int:
        """Delete what was received before this time."""
        with self._lock, _Transaction(self._database) as run:
            run("DELETE FROM comments WHERE key IN (SELECT key FROM feedback WHERE received < ?)", (before,))
            run("DELETE FROM cards WHERE day < ?", (before[:10],))
            return int(run("DELETE FROM feedback WHERE received < ?", (before,)).rowcount)

    def ready(self) -> bool:
        """True if the file can be written to."""
        try:
            with self._lock, _Transaction(self._database):
                return True
        except sqlite3.Error:
            return False

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()

    def _rows(self, statement: str, values: tuple[str, ...] = ()) -> list[Any]:
        with self._lock:
            return self._database.execute(statement, values).fetchall()


class _Transaction:
    """Everything or nothing; the commit has reached the disk when the block is left."""

    def __init__(self, database: sqlite3.Connection) -> None:
        self._database = database

    def __enter__(self) -> Callable[..., sqlite3.Cursor]:
        self._database.execute("BEGIN IMMEDIATE")
        return self._database.execute

    def __exit__(self, kind: object, *_: object) -> None:
        self._database.execute("COMMIT" if kind is None else "ROLLBACK")


__all__ = ["FLAT", "RuleCount", "ShownCard", "SqliteStore", "Store", "key_of", "open_store", "record_of"]
