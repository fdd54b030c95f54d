"""`pmcds` offers the names of `__all__` and no others, and imports nothing before it is used."""

from __future__ import annotations

import ast
import json
import subprocess
import sys

import pytest

import pmcds
from tests.architecture.source import PACKAGE

HEAVY = ("fhir", "requests", "jsonschema", "pydantic", "yaml", "rich", "starlette", "sqlalchemy")


def test_every_public_name_is_there() -> None:
    for name in pmcds.__all__:
        assert getattr(pmcds, name) is not None


def test_nothing_else_is_public() -> None:
    assert dir(pmcds) == sorted(pmcds.__all__)
    with pytest.raises(AttributeError):
        _ = pmcds.anything_else  # type: ignore[attr-defined]


def test_type_checkers_see_the_same_names() -> None:
    tree = ast.parse((PACKAGE / "__init__.py").read_text(encoding="utf-8"))
    seen = {
        alias.asname or alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and node.module and node.module.startswith("pmcds")
        for alias in node.names
    }
    assert seen == set(pmcds.__all__)


def test_public_names_say_where_they_come_from() -> None:
    assert pmcds.Engine.__doc__
    assert pmcds.__version__.count(".") == 2


@pytest.mark.parametrize("statement", ["import pmcds", "import pmcds.cli", "import pmcds; pmcds.Engine"])
def test_importing_is_lazy(statement: str) -> None:
    program = f"{statement}\nimport json, sys\nprint(json.dumps(sorted(sys.modules)))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    loaded = {name.split(".")[0] for name in json.loads(done.stdout)}
    assert loaded.isdisjoint(HEAVY)


def test_importing_pmcds_alone_loads_no_room() -> None:
    program = "import json, sys, pmcds\nprint(json.dumps([m for m in sys.modules if m.startswith('pmcds.')]))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout) == ["pmcds._version"]
