"""A regular expression without one of its alternatives, for each alternative that it has."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import AnyStr


def without_one(pattern: AnyStr, flags: int) -> Iterator[tuple[str, AnyStr]]:
    """What is left out, and the pattern that remains; only those with the groups of the whole."""
    text = pattern if isinstance(pattern, str) else pattern.decode("latin-1")
    groups = re.compile(pattern, flags).groupindex
    for start, end, gone in _spans(text):
        left = text[:start] + text[end:]
        changed: AnyStr = left if isinstance(pattern, str) else left.encode("latin-1")
        try:
            remaining = re.compile(changed, flags).groupindex
        except re.error:
            continue
        if dict(remaining) == dict(groups):
            yield gone, changed


def _spans(text: str) -> Iterator[tuple[int, int, str]]:
    """Begin and end of each alternative together with the bar beside it."""
    for parts in _alternatives(text):
        if len(parts) > 1:
            for place, (start, end) in enumerate(parts):
                yield (start - 1, end, text[start:end]) if place else (start, end + 1, text[start:end])


def _alternatives(text: str) -> list[list[tuple[int, int]]]:
    """The alternatives of the whole and of every group, as begin and end."""
    found: list[list[tuple[int, int]]] = []
    stack: list[tuple[int, list[tuple[int, int]]]] = [(0, [])]
    place = 0
    while place < len(text):
        sign = text[place]
        if sign == "\\":
            place += 1
        elif sign == "[":
            place = _after_class(text, place) - 1
        elif sign == "(":
            head = re.compile(r"\((?:\?(?:P<\w+>|<?[=!]|[:>]|[a-z]+:))?").match(text, place)
            place = head.end() - 1 if head else place
            stack.append((place + 1, []))
        elif sign == "|":
            start, parts = stack[-1]
            stack[-1] = (place + 1, [*parts, (start, place)])
        elif sign == ")":
            start, parts = stack.pop()
            found.append([*parts, (start, place)])
        place += 1
    start, parts = stack.pop()
    return [*found, [*parts, (start, len(text))]]


def _after_class(text: str, place: int) -> int:
    place += 2 if text[place + 1 : place + 2] == "^" else 1
    if text[place : place + 1] == "]":
        place += 1
    while text[place] != "]":
        place += 2 if text[place] == "\\" else 1
    return place + 1
