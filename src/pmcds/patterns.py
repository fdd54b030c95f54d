"""Regular expressions that are compiled when they are first used: many rooms have some, few calls need them all."""

from __future__ import annotations

import re
from typing import Any, cast

_METHODS = ("match", "fullmatch", "search", "findall", "finditer", "sub", "subn", "split")


class _Lazy:
    """What stands for a pattern until one of its methods is asked for; from then on its own methods answer."""

    def __init__(self, text: str, flags: int) -> None:
        self._text = text
        self._flags = flags

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        compiled = re.compile(self._text, self._flags)
        for method in _METHODS:
            setattr(self, method, getattr(compiled, method))
        return getattr(compiled, name)


def compiled_lazily(text: str, flags: int = 0) -> re.Pattern[str]:
    """The pattern of a module, as `re.compile` gives it, for all but its first use."""
    return cast("re.Pattern[str]", _Lazy(text, int(flags)))
