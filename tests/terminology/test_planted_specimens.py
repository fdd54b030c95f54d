"""Written after a planted fault that no test noticed: a liquid biopsy counted as a biopsy of tissue."""

from __future__ import annotations

import pytest

from pmcds.terminology import Terms


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Liquid biopsy", "plasma"),
        ("liquid biopsy of 2026-03-02", "plasma"),
        ("Needle biopsy", "tissue"),
        ("Cell-free DNA", "plasma"),
        ("Circulating tumor DNA", "plasma"),
        ("Cord blood", "fetal"),
    ],
)
def test_a_specimen_is_known_by_its_longest_words(terms: Terms, text: str, found: str) -> None:
    assert terms.specimen((), text) == found
