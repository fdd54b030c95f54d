"""The shipped terms, read as the compiled cards hold them: YAML scalars as text, tables as their text."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import yaml

from pmcds.terminology import Terms

TERMS = Path(__file__).resolve().parents[2] / "cards" / "terms"


def documents() -> dict[str, Any]:
    return {
        path.stem: path.read_text(encoding="utf-8")
        if path.suffix == ".tsv"
        else yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        for path in sorted(TERMS.iterdir())
        if path.suffix in (".tsv", ".yaml")
    }


@pytest.fixture(scope="session")
def docs() -> dict[str, Any]:
    return documents()


@pytest.fixture(scope="session")
def terms(docs: dict[str, Any]) -> Terms:
    return Terms.from_docs(docs)
