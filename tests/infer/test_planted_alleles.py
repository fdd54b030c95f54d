"""Written after a planted fault that no test noticed: a denied allele of the same group denied the asked one."""

from __future__ import annotations

import pytest

from tests.infer.support import allele, ask


@pytest.mark.parametrize("other", ["HLA-B*57:03", "HLA-B*57:02", "HLA-B*15:02"])
def test_pg39_another_allele_that_was_not_found_never_excludes_the_asked_one(other: str) -> None:
    answer = ask("allele", "HLA-B*57:01", allele(other, "absent"))
    assert answer.keys == ()
    assert answer.word is not None


@pytest.mark.parametrize("stated", ["HLA-B*57:01", "HLA-B*57:01:01"])
def test_pg39_the_asked_allele_that_was_not_found_is_absent(stated: str) -> None:
    assert ask("allele", "HLA-B*57:01", allele(stated, "absent")).keys == ("absent",)
