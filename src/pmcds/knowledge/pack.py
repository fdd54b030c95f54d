"""The compiled cards: every document of `cards/` in one JSON file, with a digest over all of it.

The first line holds the sha256 of the rest, so that a changed, cut or added byte is noticed. Each document stands in
a line of its own and is decoded when it is first asked for.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

from pmcds.errors import KnowledgeError, Problem
from pmcds.knowledge.files import canonical, kind_of, parse, rule_id
from pmcds.knowledge.heads import Head, head_of

_START = b'{"sha256":"'
_MIDDLE = b'",\n'
_END = b"\n}}\n"
_DOCUMENTS = b'"documents":{'


class Documents:
    """The documents of one directory of cards, by path below it: decoded when asked for, or given as values.

    `places` are where each document stands in the compiled cards, which are kept once, as bytes.
    """

    __slots__ = ("_given", "_packed", "_places", "digests", "heads")

    def __init__(
        self,
        given: Mapping[str, Any],
        places: Mapping[str, tuple[int, int]],
        digests: Mapping[str, str],
        heads: Mapping[str, Head],
        packed: bytes = b"",
    ) -> None:
        self._given = given
        self._places = places
        self._packed = packed
        self.digests = digests
        self.heads = heads

    @classmethod
    def of(cls, documents: Mapping[str, Any]) -> Documents:
        """Documents from values; numbers take the form that they have in the compiled cards."""
        texts = {path: canonical(documents[path]) for path in sorted(documents)}
        values = {path: parse(text) for path, text in texts.items()}
        return cls(values, {}, _digests(texts), _heads(values))

    def __reduce__(self) -> tuple[Callable[[Any], Documents], tuple[Any]]:
        return (unpack, (self._packed,)) if self._packed else (Documents.of, (self._given,))

    @property
    def compiled(self) -> bool:
        """True if a build compiled and checked these documents."""
        return bool(self._places)

    @property
    def paths(self) -> tuple[str, ...]:
        """Every path, sorted."""
        return tuple(sorted(self._places or self._given))

    def of_kind(self, kind: str) -> tuple[str, ...]:
        """The paths of one kind of document."""
        return tuple(path for path in self.paths if kind_of(path) == kind)

    def __getitem__(self, path: str) -> Any:
        if self._places:
            start, end = self._places[path]
            return parse(self._packed[start:end].decode())
        return self._given[path]

    def values(self) -> dict[str, Any]:
        """Every document by its path."""
        return {path: self[path] for path in self.paths}


def _digests(texts: Mapping[str, str]) -> dict[str, str]:
    return {path: hashlib.sha256(text.encode()).hexdigest() for path, text in texts.items()}


def _heads(documents: Mapping[str, Any]) -> dict[str, Head]:
    """The heads of all rules by id."""
    paths = [path for path in sorted(documents) if kind_of(path) == "rule"]
    return {rule_id(path): head_of(rule_id(path), documents[path], path) for path in paths}


def snapshot(layers: tuple[Documents, ...], version: str) -> str:
    """The digest of everything that decides: all documents of all layers but those for the check, and the version."""
    for_the_check = ("rule-test", "facts")
    decisive = [
        {path: layer.digests[path] for path in layer.paths if kind_of(path) not in for_the_check} for layer in layers
    ]
    return hashlib.sha256(canonical({"layers": decisive, "version": version}).encode()).hexdigest()


def pack(documents: Mapping[str, Any], version: str) -> bytes:
    """The compiled form of these documents."""
    texts = {path: canonical(documents[path]) for path in sorted(documents)}
    digests, heads = canonical(_digests(texts)), canonical(list(_heads(documents).values()))
    lines = [f"{json.dumps(path, ensure_ascii=False)}:{text}" for path, text in texts.items()]
    body = (
        f'"format":1,"version":{json.dumps(version)},\n"files":{digests},\n"rules":{heads},\n{_DOCUMENTS.decode()}\n'
        + ",\n".join(lines)
    )
    rest = body.encode() + _END
    return _START + hashlib.sha256(rest).hexdigest().encode() + _MIDDLE + rest


def unpack(data: bytes) -> Documents:
    """The documents of compiled cards; KnowledgeError if a single byte is not as it was written."""
    head = len(_START) + 64 + len(_MIDDLE)
    rest = data[head:]
    if data[:head] != _START + hashlib.sha256(rest).hexdigest().encode() + _MIDDLE:
        raise KnowledgeError([Problem("cards.json", 0, 0, "the compiled cards were changed or cut", "install again")])
    begin = data.index(b"\n" + _DOCUMENTS + b"\n")
    index = json.loads(b"{" + data[head:begin].rstrip(b",") + b"}")
    heads = {row[0]: Head(row[0], row[1], row[2], tuple(row[3]), tuple(row[4]), row[5]) for row in index["rules"]}
    places = {}
    at, last = begin + len(_DOCUMENTS) + 2, len(data) - len(_END)
    while at < last:
        end = data.find(b"\n", at, last)
        end = last if end < 0 else end
        value = data.index(b'":', at) + 2
        places[str(json.loads(data[at : value - 1]))] = value, end - (data[end - 1 : end] == b",")
        at = end + 1
    return Documents({}, places, index["files"], heads, data)
