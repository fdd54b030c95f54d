"""The programs that show embedding run."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from pmcds.server.config import Config, Feedback, Fetch, Issuer, Jwt, Limits, load

EMBEDDING = Path(__file__).resolve().parents[2] / "examples" / "embedding"


@pytest.mark.parametrize(
    ("name", "says"), [("starlette_app", "200 ["), ("flask_view", "200 ["), ("batch", '"alerts": ["pharmacogenomics/')]
)
def test_programs_run(name: str, says: str, tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, str(EMBEDDING / f"{name}.py")], cwd=tmp_path, capture_output=True, text=True, timeout=300
    )
    assert done.returncode == 0, done.stderr
    assert says in done.stdout
    assert done.stdout.strip()
    assert list(tmp_path.iterdir()) == []


def test_the_settings_can_be_loaded_and_are_all_there() -> None:
    text = (EMBEDDING / "pmcds.toml").read_text(encoding="utf-8")
    config = load(EMBEDDING / "pmcds.toml", {})
    assert config.authenticated
    for section in (Config, Limits, Fetch, Jwt, Issuer, Feedback):
        assert [name for name in section.model_fields if name not in text] == []


def test_each_program_is_on_the_page() -> None:
    page = (EMBEDDING / "README.md").read_text(encoding="utf-8")
    assert all(f"`{file.name}`" in page for file in EMBEDDING.glob("*.py"))
