"""A second, strict look at the few resources that decide something: fast decoders forgive what these may not have."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from pmcds.fhir import decode
from pmcds.fhir.limits import Beyond, Limits, check_tree, refuse
from pmcds.fhir.site import Opened, Site
from pmcds.fhir.values import MAX_EXPONENT


def strict_check(opened: Opened, sites: Iterable[str], *, limits: Limits | None = None) -> None:
    """Refuse an input in which a resource that became evidence or an order has a key twice, or is over a limit.

    `sites` are pointers. Fast decoders keep the last of two same keys silently, so these few resources are read
    once more. Raises InputError.
    """
    wanted = set(sites)
    if wanted:
        for site in opened.sites:
            if site.pointer in wanted:
                check_site(site, limits)


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


def _is_plain(raw: bytes, data: Any) -> bool:
    """True if nothing can be wrong: as many keys were written as were read, and no number is beyond the limits.

    Without escapes in it, a quote and a colon stand together at the end of a key only.
    """
    if b"\\" in raw:
        raw = raw.replace(b"\\\\", b"").replace(b'\\"', b"")
    keys = 0
    stack: list[Any] = [data]
    push = stack.append
    while stack:
        node = stack.pop()
        if type(node) is dict:
            keys += len(node)
            for member in node.values():
                kind = type(member)
                if kind is dict or kind is list:
                    push(member)
                elif kind is Beyond:
                    return False
        elif type(node) is list:
            for member in node:
                if type(member) is not str:
                    push(member)
        elif type(node) is Beyond:
            return False
    return raw.count(b'":') == keys
