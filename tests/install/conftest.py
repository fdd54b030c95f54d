"""The packages, built once for all tests of this folder."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.install.environments import Environment, built, new_environment


@pytest.fixture(scope="session")
def packages(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    return built(tmp_path_factory.mktemp("dist"))


@pytest.fixture(scope="session")
def core(packages: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = new_environment(tmp_path_factory.mktemp("core"))
    environment.install(packages[0])
    return environment


@pytest.fixture(scope="session")
def from_source(packages: tuple[Path, Path], tmp_path_factory: pytest.TempPathFactory) -> Environment:
    environment = new_environment(tmp_path_factory.mktemp("source"))
    environment.install(packages[1])
    return environment
