"""Building packages, and clean environments to install them in."""

from __future__ import annotations

import os
import subprocess
import sys
import venv
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What a virtual environment brings itself.
OWN = frozenset({"pip", "setuptools", "wheel"})


@dataclass(frozen=True)
class Environment:
    """A virtual environment of its own."""

    folder: Path

    @property
    def scripts(self) -> Path:
        """Where its programs are."""
        return self.folder / ("Scripts" if os.name == "nt" else "bin")

    def run(self, *words: object, check: bool = True) -> subprocess.CompletedProcess[str]:
        """Run its Python outside the checkout, without anything that could lead back to it."""
        return _run([self.scripts / "python", "-I", *words], cwd=self.folder, check=check)

    def command(self, *words: object) -> subprocess.CompletedProcess[str]:
        """Run its `pmcds`."""
        return _run([self.scripts / "pmcds", *words], cwd=self.folder)

    def install(self, *requirements: object) -> None:
        """Install with the versions of the constraints."""
        self.run("-m", "pip", "install", "--quiet", "-c", ROOT / "constraints.txt", *requirements)


def new_environment(folder: Path) -> Environment:
    """A clean environment with pip."""
    venv.create(folder, with_pip=True, clear=True)
    return Environment(folder)


def built(folder: Path) -> tuple[Path, Path]:
    """The wheel and the source distribution; the wheel is built from the source distribution."""
    _run([sys.executable, "-m", "build", "--no-isolation", "--outdir", folder, ROOT], cwd=ROOT)
    return next(folder.glob("*.whl")), next(folder.glob("*.tar.gz"))


def _run(words: list[object], *, cwd: Path, check: bool = True) -> subprocess.CompletedProcess[str]:
    clean = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
    done = subprocess.run(
        [str(word) for word in words], cwd=cwd, env=clean, capture_output=True, text=True, check=False
    )
    if check and done.returncode != 0:
        raise AssertionError(f"{words} ended with {done.returncode}\n{done.stdout}\n{done.stderr}")
    return done
