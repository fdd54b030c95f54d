"""What tests read again in every fork, read once before: the documents of genes and terms, and what is made of them.

The shipped rules are compiled once too, without the mutant: what only their compiling would notice goes unnoticed.
"""

from __future__ import annotations

import pickle
import sys
from collections.abc import Iterator
from typing import Any

import yaml

from pmcds.knowledge import Knowledge

# Functions of the tests, without parameters, that keep what they give.
_NAMES = ("genes", "tables", "terms")


def warm() -> None:
    """Read the documents and keep their text read; what a test gets of a text is a copy of its own."""
    load = yaml.load
    known: dict[tuple[Any, Any], bytes] = {}

    def loaded(text: Any, Loader: Any) -> Any:
        if not isinstance(text, str):
            return load(text, Loader)
        key = (text, Loader)
        if key not in known:
            known[key] = pickle.dumps(load(text, Loader))
        return pickle.loads(known[key])

    setattr(yaml, "load", loaded)  # noqa: B010
    for function in _keeping():
        function()
    shipped = Knowledge.bundled()
    setattr(Knowledge, "bundled", lambda: shipped)  # noqa: B010


def cold() -> None:
    """Let the genes and terms of the tests be made anew."""
    for function in _keeping():
        function.cache_clear()


def _keeping() -> Iterator[Any]:
    for module in list(sys.modules.values()):
        if module.__name__.startswith("tests."):
            for name in _NAMES:
                function = getattr(module, name, None)
                if hasattr(function, "cache_clear"):
                    yield function
