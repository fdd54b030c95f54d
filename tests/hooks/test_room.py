"""The room as a whole: light to import, and typed so that unescaped text cannot reach the detail."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from mypy import api as mypy

from pmcds import hooks
from tests.hooks.examples import card, rendered
from tests.work import calls

_SNIPPET = """
from pmcds.hooks.escape import Markdown, escape
from pmcds.hooks.response import Card, Source
source = Source(label="CPIC")
uuid = "6b1c7a0e-0d5c-5f0e-9b7e-2f0c3d0a1b11"
Card(uuid=uuid, summary="s", indicator="info", source=source, detail=escape("HLA-B*57:01"))
Card(uuid=uuid, summary="s", indicator="info", source=source, detail="HLA-B*57:01")
"""


def test_hooks_p8_the_room_imports_without_pydantic() -> None:
    code = "import sys, pmcds.hooks; sys.exit(int('pydantic' in sys.modules or 'jsonschema' in sys.modules))"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_hooks_p8_a_response_is_written_without_pydantic() -> None:
    code = (
        "import sys; from tests.hooks.examples import REPLACE, TEST, card, rendered;"
        "assert rendered(card(suggestions=(REPLACE, TEST))).response['cards'];"
        "sys.exit(int('pydantic' in sys.modules or 'jsonschema' in sys.modules))"
    )
    root = Path(__file__).resolve().parents[2]
    assert subprocess.run([sys.executable, "-c", code], check=False, cwd=root).returncode == 0


def test_hooks_a_card_is_written_with_little_work() -> None:
    one = card()
    rendered(one)
    assert calls(lambda: rendered(one)) < 160


def test_hooks_public_names_exist_and_are_functions_or_values_not_modules() -> None:
    for name in hooks.__all__:
        assert type(getattr(hooks, name)).__name__ != "module"
    assert list(hooks.__all__) == sorted(hooks.__all__, key=lambda n: (not n.isupper(), n[0].islower(), n))


@pytest.mark.slow
def test_hooks_md07_unescaped_text_in_detail_is_a_type_error(tmp_path: Path) -> None:
    snippet = tmp_path / "snippet.py"
    snippet.write_text(_SNIPPET)
    out, _, _ = mypy.run(["--strict", "--no-incremental", str(snippet)])
    errors = [line for line in out.splitlines() if "snippet.py" in line and "error" in line]
    assert len(errors) == 1
    assert "snippet.py:7" in errors[0]
    assert "Markdown" in errors[0]
