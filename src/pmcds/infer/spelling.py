"""Spellings of names and numbers that mean the same, before anything is looked up."""

from __future__ import annotations

import re
import unicodedata
from functools import lru_cache

LONGEST = 400

_BLANKS = re.compile(r"\s+")
_AROUND = re.compile(r"\s*([*+/^×])\s*")
_SIGNS = str.maketrans({"\u2217": "*", "\uff0a": "*", "\u00d7": "x", "\u2a7e": "≥", "\u2010": "-", "\u2011": "-"})


def cleaned(text: str) -> str:
    """NFC text without quotes at its ends, with single blanks and `≥` for every way to write it (PG1, PG13)."""
    text = unicodedata.normalize("NFC", text).translate(_SIGNS)
    text = text.replace("&ge;", "≥").replace(">=", "≥").replace("=>", "≥")
    return _BLANKS.sub(" ", text).strip(" \"'`;,")


def folded(name: str) -> str:
    """A name without case and blanks, for comparison as a whole."""
    return _BLANKS.sub("", name).casefold()


def joined(name: str) -> str:
    """A name without blanks around `*`, `+` and `/`."""
    return _AROUND.sub(r"\1", name)


@lru_cache(maxsize=512)
def _symbol_pattern(symbol: str) -> re.Pattern[str]:
    # The last part alone ("B*57:01") only right in front of a star.
    _, dash, short = symbol.rpartition("-")
    last = rf"|{re.escape(short)}(?=\*)" if dash else ""
    return re.compile(rf"\s*(?:{re.escape(symbol)}(?:[\s_:]+|(?=[*(\[-])){last})", re.IGNORECASE)


def without_symbol(symbol: str, text: str) -> str:
    """The text without the gene symbol in front (PG13, DN1); inside a name it stays."""
    match = _symbol_pattern(symbol).match(text)
    return text[match.end() :] if match else text
