"""What the rules in question ask for, and what codes have meant before: with both, most of a record is left unread."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any

from pmcds.model.answers import Subject

_OF_GENES = frozenset({"phenotype", "activity_score", "diplotype", "genotype", "allele", "variant"})
_WORD = re.compile(r"[A-Za-z0-9][A-Za-z0-9-]*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Asked:
    """The subjects that rules ask for: what is about none of them is not relevant, whatever it says.

    `laboratory` and `conditions` are names; `cancers` is true if any tumor type is asked for. `genes` are symbols, or
    None where the gene results that decide something are not known beforehand.
    """

    laboratory: frozenset[str]
    conditions: frozenset[str]
    cancers: bool
    genes: frozenset[str] | None

    @classmethod
    def of(cls, subjects: Iterable[Subject]) -> Asked:
        """What these subjects need; of variants and markers every word counts as a gene, since fusions have two."""
        laboratory: set[str] = set()
        conditions: set[str] = set()
        genes: set[str] = set()
        cancers = False
        for subject in subjects:
            kind = subject.kind
            if kind == "laboratory":
                laboratory.add(subject.name)
            elif kind == "condition":
                conditions.add(subject.name)
            elif kind == "cancer":
                cancers = True
            elif kind in _OF_GENES or kind == "biomarker":
                genes.update(_WORD.findall(subject.shown))
        return cls(frozenset(laboratory), frozenset(conditions), cancers, frozenset(genes))


def digest(*parts: Any) -> bytes:
    """16 bytes that stand for these values, which themselves are not kept."""
    return hashlib.blake2b(repr(parts).encode("utf-8", "backslashreplace"), digest_size=16).digest()


def digest_of_bytes(parts: Iterable[Any]) -> bytes:
    """16 bytes that stand for these raw values of JSON, of which None is one that is not there."""
    # No JSON value begins with a control character: each part ends where the next one begins.
    written = b"".join([b"\0" if part is None else b"\1" + bytes(part) for part in parts])
    return hashlib.blake2b(written, digest_size=16).digest()


class Memory:
    """A bounded memory of what codes mean, shared by all inputs of one engine.

    It holds what is a function of codes and knowledge alone, under digests: no text of any patient stays in it, and
    no answer depends on what is in it.
    """

    __slots__ = ("_known", "size")

    def __init__(self, size: int = 8192) -> None:
        self.size = size
        self._known: dict[Any, Any] = {}

    def recall(self, key: Any, work: Callable[[], Any]) -> Any:
        """What is known under a key, else worked out now; None is worked out each time."""
        found = self._known.get(key)
        if found is None:
            found = work()
            self.keep(key, found)
        return found

    def get(self, key: Any) -> Any:
        """What is known under a key, or None."""
        return self._known.get(key)

    def keep(self, key: Any, value: Any) -> None:
        """Remember a value; a full memory begins anew."""
        if len(self._known) >= self.size:
            self._known = {}
        self._known[key] = value

    def __reduce__(self) -> tuple[type[Memory], tuple[int]]:
        return Memory, (self.size,)
