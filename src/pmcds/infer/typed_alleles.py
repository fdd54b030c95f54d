"""Names of typed alleles (`*57:01:01:01`): cut to two fields, older names, low resolution, suffixes (PG39, A8, A9)."""

from __future__ import annotations

import re
from typing import NamedTuple

_FIELDS = re.compile(r"\*?(\d{2,4})((?::\d{2,4}){0,3})(:[A-Z]{2,6})?([NLSQAC])?([GP])?\Z")
_OLD = re.compile(r"\*?(\d{2})(\d{2})\d{0,4}([NLSQAC])?\Z")


class Typed(NamedTuple):
    """`name` is cut to two fields ("*57:01"), `first` is the first field; `exact` is False below two fields."""

    name: str
    first: str
    exact: bool
    old: bool = False


def typed(text: str) -> Typed | None:
    """The allele that a locus-less name states, or None if it is no such name.

    A group of several alleles by code ("13:AKBAR") is known to one field. A suffix such as N stays: the allele
    is another one. A G or P group counts as its two fields.
    """
    old = _OLD.match(text)
    if old:
        return Typed(f"*{old[1]}:{old[2]}{old[3] or ''}", old[1], True, True)
    match = _FIELDS.match(text)
    if match is None:
        return None
    first, rest, several, suffix = match[1], match[2], match[3], match[4] or ""
    if not rest or several:
        return Typed(f"*{first}", first, False)
    return Typed(f"*{first}:{rest.split(':')[1]}{suffix}", first, True)
