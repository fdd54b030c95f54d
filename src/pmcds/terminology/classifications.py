"""Codes of classifications: compared without dots, and listed by prefix."""

from __future__ import annotations

import re
from collections.abc import Iterator

# System of a code -> systems under which its prefixes may be listed; `icd10` entries hold for all editions.
EDITIONS = {
    "icd10cm": ("icd10cm", "icd10"),
    "icd10gm": ("icd10gm", "icd10"),
    "icd10": ("icd10",),
    "icd9cm": ("icd9cm",),
}
_CODE = re.compile(r"[A-Z0-9]{3,8}")


def prefix_key(system: str, code: str) -> str:
    """The key of a listed code or prefix."""
    return f"{system}:{code.replace('.', '').upper()}"


def prefix_keys(system: str, code: str) -> Iterator[str]:
    """Keys under which a code may be listed, the longest prefix first."""
    plain = code.replace(".", "").upper()
    if _CODE.fullmatch(plain) is None:
        return
    for length in range(len(plain), 0, -1):
        for edition in EDITIONS[system]:
            yield f"{edition}:{plain[:length]}"
