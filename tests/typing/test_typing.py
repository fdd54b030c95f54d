"""The public names are typed for those who use them, and the examples pass a strict check."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.mark.slow
@pytest.mark.parametrize("target", ["tests/typing/use_of_the_api.py", "examples"])
def test_programs_of_integrators_pass_a_strict_check(target: str, tmp_path: Path) -> None:
    import subprocess

    # A configuration of its own: that of the repository names the package to check.
    options = ["--strict", "--config-file", str(_configuration(tmp_path)), "--cache-dir", str(tmp_path / "cache")]
    done = subprocess.run(
        [sys.executable, "-m", "mypy", *options, target], cwd=ROOT, capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stdout


def _configuration(folder: Path) -> Path:
    file = folder / "mypy.ini"
    file.write_text(f"[mypy]\nmypy_path = {ROOT / 'src'}\nwarn_unused_ignores = True\n", encoding="utf-8")
    return file


def test_the_package_says_that_it_is_typed() -> None:
    assert (ROOT / "src" / "pmcds" / "py.typed").is_file()
