"""The abnormalities of a karyotype, as ISCN writes them; what genes they concern stands in gene files."""

from __future__ import annotations

import re
from typing import Any

_MOST = 2000
_CELLS = re.compile(r"\[(?:cp)?\d{1,4}\]$")


def abnormalities(text: Any) -> tuple[str, ...]:
    """ "46,XY,t(9;22)(q34;q11.2)[20]" gives its parts; one in doubt ("?del(5)(q13q33)") keeps its question mark.

    Clones stand apart by a slash, and the number of cells behind an abnormality says nothing about what it is.
    """
    if not isinstance(text, str) or len(text) > _MOST:
        return ()
    parts = (part.strip() for clone in text.split("/") for part in clone.split(","))
    return tuple(dict.fromkeys(_CELLS.sub("", part) for part in parts if "(" in part))
