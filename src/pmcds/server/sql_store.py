"""Feedback in any database that SQLAlchemy knows (extra `sql`)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

import sqlalchemy as sql
from sqlalchemy.exc import IntegrityError, SQLAlchemyError

from pmcds.hooks.feedback import FeedbackRecord, Known
from pmcds.server.store import FLAT, RuleCount, ShownCard, key_of, record_of, tally

_META = sql.MetaData()
_FEEDBACK = sql.Table(
    "pmcds_feedback",
    _META,
    sql.Column("key", sql.String(64), primary_key=True),
    *(sql.Column(name, sql.Boolean() if name == "known_card" else sql.Text()) for name in FLAT),
)
_COMMENTS = sql.Table(
    "pmcds_comments",
    _META,
    sql.Column("key", sql.String(64), primary_key=True),
    sql.Column("comment", sql.Text(), nullable=False),
)
_CARDS = sql.Table(
    "pmcds_cards",
    _META,
    sql.Column("card", sql.String(64), primary_key=True),
    *(sql.Column(name, sql.Text()) for name in ("service", "topic", "rule", "rule_version")),
    sql.Column("day", sql.String(10), nullable=False),
)
_SHOWN = sql.Table(
    "pmcds_shown",
    _META,
    *(sql.Column(name, sql.String(255), primary_key=True) for name in ("rule", "topic", "service")),
    sql.Column("count", sql.BigInteger(), nullable=False),
)


class SqlStore:
    """A database behind an SQLAlchemy URL; the commit is the database's own, and over before `add` returns."""

    def __init__(self, url: str) -> None:
        self._engine = sql.create_engine(url, pool_pre_ping=True, hide_parameters=True)
        if self._engine.dialect.name == "sqlite":
            _begin_by_itself(self._engine)
        _META.create_all(self._engine)

    def add(self, records: Sequence[FeedbackRecord]) -> int:
        """Store the records in one transaction."""
        with self._engine.begin() as run:
            new = 0
            for record in records:
                key = key_of(record)
                values = {"key": key, **{name: getattr(record, name) for name in FLAT}}
                if _inserted(run, _FEEDBACK, values):
                    new += 1
                    if record.comment is not None:
                        run.execute(_COMMENTS.insert().values(key=key, comment=record.comment))
            return new

    def remember(self, cards: Iterable[ShownCard], day: str) -> None:
        """Count in one transaction."""
        counts: dict[tuple[str, str, str], int] = {}
        with self._engine.begin() as run:
            for card in cards:
                _inserted(run, _CARDS, {**card._asdict(), "day": day})
                key = (card.rule or "", card.topic or "", card.service)
                counts[key] = counts.get(key, 0) + 1
            # In one order everywhere, so that two processes never wait for each other.
            for (rule, topic, service), count in sorted(counts.items()):
                same = sql.and_(_SHOWN.c.rule == rule, _SHOWN.c.topic == topic, _SHOWN.c.service == service)
                more = _SHOWN.update().where(same).values(count=_SHOWN.c.count + count)
                first = {"rule": rule, "topic": topic, "service": service, "count": count}
                if run.execute(more).rowcount == 0 and not _inserted(run, _SHOWN, first):
                    run.execute(more)

    def known(self, card: str) -> Known | None:
        """What a card id stands for, or None."""
        found = sql.select(_CARDS.c.topic, _CARDS.c.rule, _CARDS.c.rule_version).where(_CARDS.c.card == card[:64])
        with self._engine.connect() as run:
            row = run.execute(found).first()
        return Known(*row) if row is not None else None

    def records(self) -> Iterator[FeedbackRecord]:
        """Every record, oldest first."""
        joined = _FEEDBACK.outerjoin(_COMMENTS, _COMMENTS.c.key == _FEEDBACK.c.key)
        columns = [_FEEDBACK.c[name] for name in FLAT]
        found = sql.select(*columns, _COMMENTS.c.comment).select_from(joined)
        with self._engine.connect() as run:
            for row in run.execute(found.order_by(_FEEDBACK.c.received, _FEEDBACK.c.key)):
                yield record_of(tuple(row)[:-1], row[-1])

    def counts(self) -> tuple[RuleCount, ...]:
        """Counts by rule."""
        shown = sql.select(_SHOWN.c.rule, _SHOWN.c.topic, sql.func.sum(_SHOWN.c.count))
        by = (_FEEDBACK.c.rule, _FEEDBACK.c.topic, _FEEDBACK.c.outcome, _FEEDBACK.c.reason_code)
        with self._engine.connect() as run:
            sent = run.execute(shown.group_by(_SHOWN.c.rule, _SHOWN.c.topic)).all()
            said = run.execute(sql.select(*by, sql.func.count()).group_by(*by)).all()
        return tally(((rule or None, topic or None, int(count)) for rule, topic, count in sent), map(tuple, said))

    def purge(self, before: str) -> int:
        """Delete what was received before this time."""
        old = sql.select(_FEEDBACK.c.key).where(_FEEDBACK.c.received < before)
        with self._engine.begin() as run:
            run.execute(_COMMENTS.delete().where(_COMMENTS.c.key.in_(old)))
            run.execute(_CARDS.delete().where(_CARDS.c.day < before[:10]))
            return int(run.execute(_FEEDBACK.delete().where(_FEEDBACK.c.received < before)).rowcount)

    def ready(self) -> bool:
        """True if the database answers."""
        try:
            with self._engine.connect() as run:
                run.execute(sql.select(1))
        except SQLAlchemyError:
            return False
        return True

    def close(self) -> None:
        """Close all connections."""
        self._engine.dispose()


def _begin_by_itself(engine: sql.Engine) -> None:
    """Let SQLAlchemy say BEGIN: Python's driver begins too late for savepoints to be parts of one transaction."""

    @sql.event.listens_for(engine, "connect")
    def _(connection: Any, _record: object) -> None:
        connection.isolation_level = None

    @sql.event.listens_for(engine, "begin")
    def _(run: sql.Connection) -> None:
        run.exec_driver_sql("BEGIN")


def _inserted(run: sql.Connection, table: sql.Table, values: dict[str, object]) -> bool:
    """Insert a row unless its key is there already; works alike in every database."""
    try:
        with run.begin_nested():
            run.execute(table.insert().values(values))
    except IntegrityError:
        return False
    return True
