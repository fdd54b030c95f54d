"""Patterns that wait for their first use are patterns in every other way."""

from __future__ import annotations

import re

import pytest

from pmcds.patterns import compiled_lazily


def test_a_lazy_pattern_answers_as_the_compiled_one() -> None:
    lazy, compiled = compiled_lazily(r"(?P<n>\d+)-x", re.IGNORECASE), re.compile(r"(?P<n>\d+)-x", re.IGNORECASE)
    for text in ("12-X", "a 12-x", "12-y", ""):
        for name in ("match", "fullmatch", "search"):
            one, other = getattr(lazy, name)(text), getattr(compiled, name)(text)
            assert (one and one["n"]) == (other and other["n"])
    assert lazy.sub("", "1-x 2-x") == " "
    assert lazy.findall("1-x 2-x") == ["1", "2"]
    assert lazy.flags == compiled.flags


def test_a_pattern_is_compiled_at_its_first_use_and_not_before() -> None:
    broken = compiled_lazily("(")
    with pytest.raises(re.error):
        broken.match("")
