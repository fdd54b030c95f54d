"""Limits of the input, and the cheap checks of a whole body before anything is decoded."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from typing import Any

from pmcds.errors import InputError
from pmcds.fhir.values import MAX_EXPONENT, MAX_NUMBER_LENGTH


@dataclass(frozen=True, slots=True)
class Limits:
    """What one input may have; over a limit the whole input is refused.

    `body` and `string` are bytes, `entries` resources, `nesting` open brackets at one place, `number` characters
    of a number. `results`, `medications` and `orders` are what is read in full: results that rules ask for, resources
    of medications, and those of them that are live orders. The magnitude of an exponent is at most 30
    (`values.MAX_EXPONENT`), since all arithmetic relies on it.
    """

    body: int = 8 * 1024 * 1024
    entries: int = 20_000
    string: int = 1024 * 1024
    nesting: int = 64
    number: int = MAX_NUMBER_LENGTH
    results: int = 5_000
    medications: int = 6_000
    orders: int = 3_000


# Members of one object of the containers: FHIR's widest type has fewer than a hundred.
MAX_MEMBERS = 10_000

_TOKEN = b"0123456789+-.eE"
_NOT_BRACKETS = bytes(set(range(256)) - set(b"[]{}"))
_RUNS = bytes(ord("0") if code in _TOKEN else ord(" ") for code in range(256))
_STRIDE = 5
_BEFORE_NUMBER = (b"", b" ", b"\t", b"\r", b"\n", b":", b",", b"[")
_STRING = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"', re.DOTALL)
# A quote that no backslash stands before.
_QUOTE = re.compile(rb'(?<!\\)"')
_PAIR = re.compile(rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}")
_SURROGATE = re.compile(rb"\\u[dD][89a-fA-F]")


def refuse(code: str, message: str, *, where: str = "", mend: str = "") -> InputError:
    """The error to raise; its texts are constants of this package, never values of the input."""
    return InputError(code, message, where=where, mend=mend)


def check_count(found: int, limit: int, what: str) -> None:
    """Refuse more of something than one evaluation may read in full."""
    if found > limit:
        raise refuse(
            f"too-many-{what}",
            f"the input has more {what} to read than allowed",
            mend=f"send the latest, or raise Limits.{what}",
        )


def check_body(body: bytes, limits: Limits) -> bool:
    """Refuse a body that is too large, too deep, not UTF-8, or has a number, exponent or string over the limits.

    True if characters are written as escapes in it.
    """
    if len(body) > limits.body:
        raise refuse("too-large", "the input has more bytes than allowed", mend="send less, or raise Limits.body")
    if body[:3] == b"\xef\xbb\xbf":
        raise refuse("byte-order-mark", "the input starts with a byte order mark", mend="send UTF-8 without it")
    if not body.isascii():
        try:
            body.decode("utf-8")
        except UnicodeDecodeError:
            raise refuse("not-utf-8", "the input is not valid UTF-8", mend="send JSON in UTF-8") from None
    escapes = has_escapes(body)
    if escapes and _SURROGATE.search(body) and _SURROGATE.search(_PAIR.sub(b"", body)):
        raise refuse("lone-surrogate", "a text holds half of a surrogate pair", mend="send valid Unicode")
    _check_nesting(body, limits.nesting)
    _check_numbers(body, limits)
    if len(body) > limits.string:
        _check_strings(body, limits.string)
    return escapes


def has_escapes(body: bytes) -> bool:
    """True if a character is written as `\\u` and four digits. One byte is found much faster than two."""
    place = body.find(b"\\")
    while place >= 0:
        if body[place + 1 : place + 2] == b"u":
            return True
        place = body.find(b"\\", place + 2)
    return False


def _check_nesting(body: bytes, limit: int) -> None:
    # Each round takes away the innermost pairs; what is left after `limit` rounds is deeper, or stands in texts.
    if _left_after(body.translate(None, _NOT_BRACKETS), limit):
        brackets = _STRING.sub(b"", body).translate(None, _NOT_BRACKETS)
        if _left_after(brackets, limit) and _depth(brackets, limit) > limit:
            raise refuse(
                "too-deep", "the input is nested too deeply", mend="send flatter JSON, or raise Limits.nesting"
            )


def _left_after(brackets: bytes, rounds: int) -> bytes:
    for _ in range(rounds):
        before = len(brackets)
        brackets = brackets.replace(b"{}", b"").replace(b"[]", b"")
        if len(brackets) == before:
            break
    return brackets


def _depth(brackets: bytes, limit: int) -> int:
    depth = deepest = 0
    for bracket in brackets:
        depth += 1 if bracket in b"[{" else -1
        if depth > deepest:
            deepest = depth
            if deepest > limit:
                break
    return deepest


def _check_numbers(body: bytes, limits: Limits) -> None:
    # Of a run over the limit, at least this many neighbors show in every `_STRIDE`-th byte.
    sample = body[::_STRIDE].translate(_RUNS)
    enough = b"0" * max((limits.number + 1) // _STRIDE, 1)
    place = sample.find(enough)
    while place >= 0:
        end = sample.find(b" ", place)
        end = len(sample) if end < 0 else end
        for found in _long_run(limits.number).finditer(
            body, max((place - 1) * _STRIDE, 0), end * _STRIDE + limits.number
        ):
            # A run that follows a quote or a letter belongs to a text; only the others need the exact scan.
            if body[found.start() - 1 : found.start()] in _BEFORE_NUMBER:
                if _long_run(limits.number).search(_STRING.sub(b'""', body)):
                    raise refuse("number-too-long", "a number has too many characters", mend="send fewer digits")
                return
        place = sample.find(enough, end)


@cache
def _long_run(limit: int) -> re.Pattern[bytes]:
    return re.compile(rb"[0-9+\-.eE]{%d,}" % (limit + 1))


def _check_strings(body: bytes, limit: int) -> None:
    # A text over the limit fills at least one of these blocks, so that every quote in it is escaped.
    half = limit // 2
    for place in range(0, len(body) - half + 1, max(half, 1)):
        if not _QUOTE.search(body, place, place + half):
            break
    else:
        return
    if any(len(found) - 2 > limit for found in _STRING.findall(body)):
        raise refuse("string-too-long", "a text is longer than allowed", mend="send it as an attachment elsewhere")


class Beyond(str):
    """A number with an exponent that no arithmetic should meet, kept as text: it is no number for any reader."""

    __slots__ = ()


def exact(text: str) -> Decimal | Beyond:
    """The number as written."""
    if ("e" in text or "E" in text) and abs(Decimal(text).adjusted()) > MAX_EXPONENT:
        return Beyond(text)
    return Decimal(text)


# Deeper than anything that ends; what is merely too deep is refused where its resource is looked at.
_ENDLESS = 5_000


def check_ends(value: Any) -> None:
    """Refuse an object that contains itself, before anything walks through it; JSON cannot be of this kind."""
    walk: list[Iterator[Any]] = [iter((value,))]
    while walk:
        inner = next((member for member in walk[-1] if isinstance(member, (dict, list, tuple))), None)
        if inner is None:
            walk.pop()
            continue
        walk.append(iter(inner.values() if isinstance(inner, dict) else inner))
        if len(walk) > _ENDLESS:
            raise refuse("too-deep", "the input is nested too deeply", mend="send flatter JSON")


def check_tree(value: Any, limits: Limits, where: str = "") -> None:
    """Refuse parsed JSON that is too deep, or has a text or number over the limits, NaN, infinity or a bad key."""
    level: list[Any] = [value]
    for _ in range(limits.nesting + 1):
        below: list[Any] = []
        for node in level:
            if isinstance(node, dict):
                for name in node:
                    _check_scalar(name, limits, where)
                members: Iterable[Any] = node.values()
            else:
                members = node if isinstance(node, (list, tuple)) else (node,)
            for member in members:
                if isinstance(member, (dict, list, tuple)):
                    below.append(member)
                else:
                    _check_scalar(member, limits, where)
        if not below:
            return
        level = below
    raise refuse("too-deep", "the input is nested too deeply", where=where, mend="send flatter JSON")


def _check_scalar(value: Any, limits: Limits, where: str) -> None:
    if isinstance(value, str):
        if len(value) > limits.string:
            raise refuse("string-too-long", "a text is longer than allowed", where=where)
        if not value.isascii():
            try:
                value.encode()
            except UnicodeEncodeError:
                raise refuse("lone-surrogate", "a text holds half of a surrogate pair", where=where) from None
    elif isinstance(value, float):
        if value != value or value in (float("inf"), float("-inf")):
            raise refuse("not-a-number", "NaN and infinities are no JSON numbers", where=where)
        if value and not 10.0**-MAX_EXPONENT <= abs(value) < 10.0 ** (MAX_EXPONENT + 1):
            raise refuse("exponent-too-large", "a number is too large or too small", where=where)
    elif isinstance(value, int) and abs(value) >= 10**limits.number:
        raise refuse("number-too-long", "a number has too many characters", where=where)
