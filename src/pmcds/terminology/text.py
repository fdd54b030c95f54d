"""Words as they are compared: one form for every spelling that means the same."""

from __future__ import annotations

import re
import unicodedata

_HYPHENS = dict.fromkeys((*range(0x2010, 0x2016), 0x2212, 0xFE58, 0xFE63, 0xFF0D), "-")
_QUOTES = {0x2018: "'", 0x2019: "'", 0x02BC: "'"}
# Zero-width and soft-hyphen characters that copying leaves behind.
_INVISIBLE = dict.fromkeys((0x00AD, 0x200B, 0x200C, 0x200D, 0x2060, 0xFEFF))
_TABLE = _HYPHENS | _QUOTES | _INVISIBLE
_BLANKS = re.compile(r"\s+")
MAX_TEXT = 2000


def fold(text: str) -> str:
    """The text in NFKC, lower case, one kind of hyphen, single blanks, nothing invisible; at most `MAX_TEXT` long."""
    plain = text[:MAX_TEXT]
    if not plain.isascii():
        plain = unicodedata.normalize("NFKC", plain).translate(_TABLE)
    return _BLANKS.sub(" ", plain).strip().casefold()


def strings(value: object) -> tuple[str, ...]:
    """A text or a list of texts of a document, as a tuple."""
    if value is None:
        return ()
    if isinstance(value, list | tuple):
        return tuple(str(part) for part in value)
    return (str(value),)
