"""The room holds no knowledge: no gene, allele, code or laboratory stands in its source."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.infer.support import ROOT, genes

FILES = sorted((ROOT / "src" / "pmcds" / "infer").glob("*.py"))


def _code(path: Path) -> str:
    """The source without docstrings and comments, where examples may stand."""
    text = re.sub(r'"""(?:.|\n)*?"""', "", path.read_text(encoding="utf-8"))
    return re.sub(r"(?m)(?:^|\s)#.*$", "", text)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_no_gene_allele_or_code_stands_in_the_source(path: Path) -> None:
    code = _code(path)
    for symbol in genes():
        assert not re.search(rf"(?<![A-Za-z0-9]){re.escape(symbol)}(?![A-Za-z0-9])", code), symbol
    assert not re.search(r"\*\d", code.replace("**", ""))
    assert not re.search(r"\b(?:LA)?\d{3,5}-\d\b", code)
    assert not re.search(r"\brs\d{3,}", code)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_files_stay_small(path: Path) -> None:
    assert len(path.read_text(encoding="utf-8").splitlines()) < 400


def test_nothing_reads_a_clock_a_file_or_chance() -> None:
    for path in FILES:
        code = _code(path)
        assert not re.search(r"\b(?:now\(\)|today\(\)|open\(|random|environ|urandom|time\.time)", code), path.name
