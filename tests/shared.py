"""Where the reference data are, for the tests that compare with them; the product never needs them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest


def _shared() -> Path | None:
    stated = os.environ.get("PMCDS_SHARED")
    places = [Path(stated)] if stated else [Path(__file__).resolve().parents[1].parent / "shared"]
    return next((place for place in places if (place / "data").is_dir()), None)


SHARED = _shared()
needs_shared = pytest.mark.skipif(SHARED is None, reason="reference data not found (set PMCDS_SHARED)")
