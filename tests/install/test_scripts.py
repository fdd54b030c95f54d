"""The two commands of the README work on a copy of the checkout that has nothing but the files."""

from __future__ import annotations

import shutil
import subprocess
import time
from pathlib import Path

import pytest

from tests.install.environments import ROOT

pytestmark = pytest.mark.slow

LEFT_OUT = shutil.ignore_patterns(".git", ".venv", "__pycache__", ".*_cache", "dist", "build", ".hypothesis")


def test_the_demo_sets_itself_up_and_is_quick_the_second_time(tmp_path: Path) -> None:
    checkout = tmp_path / "checkout"
    shutil.copytree(ROOT, checkout, ignore=LEFT_OUT)
    first = subprocess.run(["scripts/demo"], cwd=checkout, capture_output=True, text=True, check=False)
    assert first.returncode == 0, first.stderr
    assert "CRITICAL" in first.stdout
    assert "Why pharmacogenomics/clopidogrel/cpic" in first.stdout
    begin = time.monotonic()
    again = subprocess.run(["scripts/demo"], cwd=checkout, capture_output=True, text=True, check=True)
    assert again.stdout == first.stdout
    assert time.monotonic() - begin < 15


@pytest.mark.parametrize("script", ["scripts/demo", "scripts/test", "scripts/lock", "scripts/venv", ".ci/run"])
def test_scripts_are_short_and_can_be_run(script: str) -> None:
    file = ROOT / script
    assert file.stat().st_mode & 0o111
    assert len(file.read_text(encoding="utf-8").splitlines()) <= 40
    subprocess.run(["bash", "-n", str(file)], check=True)


def test_the_constraints_are_exact_and_name_no_place() -> None:
    lines = (ROOT / "constraints.txt").read_text(encoding="utf-8").splitlines()
    stated = [line for line in lines if line and not line.startswith("#")]
    assert all(line.count("==") == 1 and not set("/@:; ") & set(line) for line in stated)
