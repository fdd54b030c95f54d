"""Which tokens were used already: remembered atomically until nobody could use them any more."""

from __future__ import annotations

import sqlite3
import threading
from hashlib import sha256
from pathlib import Path

_TABLE = "CREATE TABLE IF NOT EXISTS used (token BLOB PRIMARY KEY, until REAL NOT NULL) WITHOUT ROWID"
_SWEEP_EVERY = 256


class ReplayStore:
    """Tokens by issuer and id, in memory or in an SQLite file that processes share and that outlives a restart."""

    def __init__(self, file: Path | None = None) -> None:
        self._lock = threading.Lock()
        self._database = sqlite3.connect(
            str(file) if file is not None else ":memory:", check_same_thread=False, isolation_level=None, timeout=5
        )
        self._database.execute("PRAGMA journal_mode=WAL")
        # What a power cut can lose here are tokens of the last moments; the process alone loses nothing.
        self._database.execute("PRAGMA synchronous=NORMAL")
        self._database.execute(_TABLE)
        self._count = 0

    def first_use(self, issuer: str, token: str, until: float, now: float) -> bool:
        """True once for each token, whoever asks at the same time; it is remembered until `until`."""
        key = sha256(f"{len(issuer)}:{issuer}{token}".encode()).digest()
        with self._lock:
            self._count += 1
            if self._count % _SWEEP_EVERY == 1:
                self._database.execute("DELETE FROM used WHERE until < ?", (now,))
            added = self._database.execute("INSERT OR IGNORE INTO used VALUES (?, ?)", (key, until))
            return added.rowcount == 1

    def close(self) -> None:
        """Close the file."""
        with self._lock:
            self._database.close()
