"""The sample messages of other projects, with what is expected of each."""

from __future__ import annotations

import json
from typing import Any, NamedTuple

from tests.shared import SHARED

FOLDER = SHARED / "data" / "cds-hooks" if SHARED is not None else None


class Sample(NamedTuple):
    """A message file and its line of the index."""

    kind: str
    file: str
    about: dict[str, Any]

    @property
    def body(self) -> bytes:
        """The bytes of the file."""
        assert FOLDER is not None
        return (FOLDER / self.file).read_bytes()

    @property
    def message(self) -> dict[str, Any]:
        """The message, parsed."""
        message: dict[str, Any] = json.loads(self.body)
        return message

    def __str__(self) -> str:
        return self.file


def samples(kind: str) -> list[Sample]:
    """Every sample of one kind; none where the reference data are absent."""
    if FOLDER is None:
        return []
    lines = [json.loads(line) for line in (FOLDER / "index.jsonl").read_text("utf-8").splitlines()]
    return [Sample(line["kind"], line["file"], line) for line in lines if line["kind"] == kind]
