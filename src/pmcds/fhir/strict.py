"""A second, strict look at the few resources that decide something: fast decoders forgive what these may not have."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.limits import Beyond, Limits, check_tree, refuse
from pmcds.fhir.site import Opened, Site
from pmcds.fhir.values import MAX_EXPONENT
from pmcds.model.ledger import InputLine
from pmcds.model.words import DISMISSED

# Numbers like this may be beyond the limits; texts that look like one cost the longer look.
_EXPONENT = re.compile(rb"[:,\[]\s*-?[0-9]+(?:\.[0-9]+)?[eE]")
# A key with a blank before its colon is counted by nobody: one such could hide another that stands twice.
_SPACED = re.compile(rb'"\s+:')


def look_again(opened: Opened, lines: Sequence[InputLine]) -> None:
    """The strict look at what decided, and at what was put aside for what it says of itself. Raises InputError."""
    strict_check(
        opened,
        (line.site for line in lines if line.used not in (None, "context")),
        dismissed=(line.site for line in lines if line.ignored in DISMISSED),
    )


def strict_check(
    opened: Opened, sites: Iterable[str], *, dismissed: Iterable[str] = (), limits: Limits | None = None
) -> None:
    """Refuse an input in which a resource that became evidence or an order has a key twice, or is over a limit.

    `sites` are pointers. Fast decoders keep the last of two same keys silently, so these few resources are read
    once more. What was put aside for what it says of itself (its status, its subject) is `dismissed`: of two such
    members the one that was overwritten may be the true one. Raises InputError.
    """
    wanted, aside = set(sites), set(dismissed)
    for site in opened.sites if wanted or aside else ():
        if site.pointer in wanted:
            check_site(site, limits)
        elif site.pointer in aside:
            _check_keys(site)


def check_site(site: Site, limits: Limits | None = None) -> None:
    """The strict check of one resource. Raises InputError."""
    raw = site.raw
    if raw is not None and _is_plain(raw, site.data):
        return
    data = decode.plain(raw) if raw is not None else site.data
    if data is None:
        return
    if raw is None:
        check_tree(data, limits if limits is not None else Limits(), site.pointer)
    stack: list[Any] = [data]
    while stack:
        node = stack.pop()
        if isinstance(node, decode.Doubled):
            raise decode.doubled_key(site.pointer)
        for member in node.values() if isinstance(node, dict) else node:
            if isinstance(member, (dict, list)):
                stack.append(member)
            elif isinstance(member, Beyond):
                raise refuse(
                    "exponent-too-large",
                    "a number is too large or too small",
                    where=site.pointer,
                    mend=f"send a number between 1e-{MAX_EXPONENT} and 1e{MAX_EXPONENT}",
                )


def _check_keys(site: Site) -> None:
    """Refuse a resource in which any key stands twice, whatever its numbers are. Raises InputError."""
    raw = site.raw
    if raw is not None and not _SPACED.search(raw) and decode.count_keys(raw) == decode.written_keys(site.data):
        return
    stack: list[Any] = [decode.plain(raw) if raw is not None else site.data]
    while stack:
        node = stack.pop()
        if isinstance(node, decode.Doubled):
            raise decode.doubled_key(site.pointer)
        if isinstance(node, (dict, list)):
            stack.extend(node.values() if isinstance(node, dict) else node)


def _is_plain(raw: bytes, data: Any) -> bool:
    """True if nothing can be wrong: as many keys were written as were read, and no number has an exponent."""
    if _EXPONENT.search(raw) or _SPACED.search(raw):
        return False
    return decode.count_keys(raw) == decode.written_keys(data)
