"""Bundles of the usual form in one pass: entries of fullUrl and resource, written without or with single blanks.

Nearly all Bundles that programs write have it. Whether one has it is proven by writing it again from its parts: the
same bytes come out, so that nothing stands in it that was not seen, no key twice and no further member.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, NamedTuple

from pmcds.fhir import decode
from pmcds.fhir.decode import Node

if decode.FAST:
    import msgspec

    _NOTHING = msgspec.Raw()

    class _Entry(msgspec.Struct, gc=False):
        resource: msgspec.Raw = _NOTHING
        fullUrl: str | None = None
        search: msgspec.Raw = _NOTHING
        request: msgspec.Raw = _NOTHING

    class _Bundle(msgspec.Struct, gc=False):
        resourceType: str
        entry: list[_Entry]

    _bundle = msgspec.json.Decoder(_Bundle).decode

# What stands around the parts of an entry: as compact writers put it, and as Python's json does.
_PIECES = (
    (b'{"fullUrl":"', b'{"resource":', b'","resource":', b',"search":', b',"request":'),
    (b'{"fullUrl": "', b'{"resource": ', b'", "resource": ', b', "search": ', b', "request": '),
)
_HEAD = re.compile(rb'\{"resourceType": ?"([A-Za-z]+)", ?"id": ?"([A-Za-z0-9.-]+)"[,}]')


class Usual(NamedTuple):
    """The members of a Bundle besides its entries, and for each entry fullUrl, resource and `search`."""

    members: dict[str, Any]
    entries: Sequence[tuple[str | None, bytes, Any]]

    def nodes(self) -> list[dict[str, Node]]:
        """The entries as `decode.entries` gives them."""
        return [
            {"resource": decode.Raw(body), **({"search": decode.value(search)} if search is not None else {})}
            for _, body, search in self.entries
        ]


def usual_bundle(node: Node) -> Usual | None:
    """The parts of a Bundle of the usual form, or None for everything else."""
    if not decode.FAST or not isinstance(node, (decode.Raw, bytes)):
        return None
    try:
        found = _bundle(node)
    except (msgspec.MsgspecError, ValueError, RecursionError):
        return None
    if found.resourceType != "Bundle" or not found.entry:
        return None
    body = bytes(node)
    written, entries = _written(found.entry, b'": ' in body[:64])
    start = body.find(written[0], body.find(b"["))
    whole = b"".join(written)
    if start < 0 or not body.startswith(whole, start):
        return None
    rest = decode.plain(body[:start] + body[start + len(whole) :])
    if isinstance(rest, decode.Doubled) or rest.pop("entry", None) != []:
        return None
    return Usual(rest, entries)


def _written(listed: Sequence[Any], blanks: bool) -> tuple[list[bytes], list[tuple[str | None, bytes, Any]]]:
    """The entries as a program would write them, in pieces, and their parts."""
    url, resource, following, search, request = _PIECES[blanks]
    pieces: list[bytes] = []
    entries: list[tuple[str | None, bytes, Any]] = []
    for entry in listed:
        body = bytes(entry.resource)
        full_url = entry.fullUrl
        if full_url is not None:
            pieces += (url, full_url.encode(), following, body)
        else:
            pieces += (resource, body)
        if entry.search is not _NOTHING:
            pieces += (search, bytes(entry.search))
        if entry.request is not _NOTHING:
            pieces += (request, bytes(entry.request))
        pieces.append(b"},")
        if blanks:
            pieces.append(b" ")
        entries.append((full_url, body, entry.search if entry.search is not _NOTHING else None))
    while pieces[-1] != b"},":
        pieces.pop()
    pieces[-1] = b"}"
    return pieces, entries


def sniff(body: bytes) -> tuple[str, str] | None:
    """Type and id of a resource that begins with them, as nearly all do."""
    found = _HEAD.match(body)
    return (found[1].decode(), found[2].decode()) if found else None
