"""Knowledge is data: no gene, allele, drug or laboratory name stands in the code."""

from __future__ import annotations

import ast
import io
import re
import tokenize
from collections.abc import Iterator

import pytest

from tests.architecture.source import MODULES, ROOT, Module, parsed

# Codes of LOINC and of its answer lists.
CODE = re.compile(r"(?<![\w.-])(?:\d{3,5}-\d|LA\d{1,5}-\d)(?![\w-])")
WORD = re.compile(r"[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*")


@pytest.fixture(scope="module")
def genes() -> frozenset[str]:
    return frozenset(file.stem for file in (ROOT / "cards" / "genes").glob("*.yaml"))


@pytest.fixture(scope="module")
def drugs() -> frozenset[str]:
    lines = (ROOT / "cards" / "terms" / "drugs.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return frozenset(row[rows[0].index("name")].lower() for row in rows[1:])


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_gene_is_named_in_the_code(module: Module, genes: frozenset[str]) -> None:
    found = {word for text in _texts(module) for word in WORD.findall(text) if word in genes}
    # Two letters are too few to mean a gene inside an identifier.
    lower = {gene.lower() for gene in genes if len(gene) > 2}
    found |= {part for name in _names(module) for part in name.lower().split("_") if part in lower}
    assert found == set()


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_drug_is_named_in_the_code(module: Module, drugs: frozenset[str]) -> None:
    found = {word for text in _texts(module) for word in WORD.findall(text.lower()) if word in drugs}
    found |= {part for name in _names(module) for part in name.lower().split("_") if part in drugs}
    assert found == set()


@pytest.mark.parametrize("module", MODULES, ids=str)
def test_no_laboratory_code_stands_in_the_code(module: Module) -> None:
    assert {code for text in _texts(module) for code in CODE.findall(text)} == set()


def test_the_scan_finds_what_it_looks_for() -> None:
    assert CODE.findall("code == '84413-4' or 'LA9633-4'") == ["84413-4", "LA9633-4"]
    assert CODE.findall("2026-01-31, PROJ-4, 2.0-3") == []


def _texts(module: Module) -> Iterator[str]:
    """Every text of the code, docstrings and their examples included, and every comment."""
    for node in ast.walk(parsed(module)):
        if isinstance(node, ast.Constant) and isinstance(node.value, str | bytes):
            yield node.value if isinstance(node.value, str) else node.value.decode("utf-8", "replace")
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.COMMENT:
            yield token.string


def _names(module: Module) -> Iterator[str]:
    for token in tokenize.generate_tokens(io.StringIO(module.text).readline):
        if token.type == tokenize.NAME:
            yield token.string
