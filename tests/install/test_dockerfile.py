"""The Dockerfile, checked without Docker: what it copies, sets and installs, done in folders of its own."""

from __future__ import annotations

import json
import re
import shutil
import signal
import socket
import subprocess
import time
import tomllib
import urllib.request
from pathlib import Path

import pytest

from pmcds.server.config import load
from tests.install.environments import ROOT, new_environment

TEXT = (ROOT / "Dockerfile").read_text("utf-8")


def _instructions() -> list[tuple[str, str]]:
    """The instructions in their order, continued lines joined, comments left out."""
    lines = [line for line in TEXT.splitlines() if not line.lstrip().startswith("#")]
    joined = re.sub(r"\\\n", " ", "\n".join(lines))
    return [(word, rest.strip()) for word, _, rest in (line.partition(" ") for line in joined.splitlines()) if word]


def _of(word: str) -> list[str]:
    return [rest for name, rest in _instructions() if name == word]


def _copies() -> list[tuple[list[str], str]]:
    """Sources and target of each COPY from the build context."""
    rows = [rest.split() for rest in _of("COPY") if not rest.startswith("--from=")]
    return [(row[:-1], row[-1]) for row in rows]


def _environment() -> dict[str, str]:
    return dict(pair.split("=", 1) for rest in _of("ENV") for pair in rest.split())


def test_every_instruction_is_one_that_docker_knows() -> None:
    known = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "VOLUME", "ENV", "EXPOSE", "HEALTHCHECK", "STOPSIGNAL"}
    # The continued line of HEALTHCHECK belongs to it.
    assert {name for name, _ in _instructions()} <= known | {"ENTRYPOINT", "CMD"}
    assert _instructions()[0][0] == "FROM"


def test_every_source_of_a_copy_is_in_the_checkout_and_kept_by_git() -> None:
    sources = [source for names, _ in _copies() for source in names]
    assert sources
    for source in sources:
        assert (ROOT / source).exists(), source
        kept = subprocess.run(
            ["git", "ls-files", "--error-unmatch", source], cwd=ROOT, capture_output=True, check=False
        )
        assert kept.returncode == 0, source


def test_what_is_copied_from_a_stage_is_made_in_it() -> None:
    stages = re.findall(r"^FROM \S+ AS (\S+)$", TEXT, re.MULTILINE)
    for rest in _of("COPY"):
        if rest.startswith("--from="):
            stage, place, _ = rest.removeprefix("--from=").split()
            assert stage in stages and f"venv {place}" in " ".join(_of("RUN"))


def test_the_python_of_the_image_is_one_that_we_support() -> None:
    stated = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]["requires-python"]
    least = tuple(int(part) for part in stated.removeprefix(">=").split("."))
    versions = [tuple(int(n) for n in v.split(".")) for v in re.findall(r"^FROM python:([\d.]+)", TEXT, re.MULTILINE)]
    assert len(versions) == 2 and len(set(versions)) == 1 and versions[0] >= least


def test_it_runs_as_nobody_in_particular_and_listens_where_it_says() -> None:
    [user] = _of("USER")
    assert user not in ("root", "0") and f"useradd --system --uid 10001 --home-dir /data {user}" in TEXT
    settings = load(environment={k: v for k, v in _environment().items() if k.startswith("PMCDS_")})
    assert str(settings.port) == _of("EXPOSE")[0]
    assert settings.host == "0.0.0.0"
    assert settings.feedback.url == "sqlite:////data/feedback.db" and _of("VOLUME") == ["/data"]
    assert f"127.0.0.1:{settings.port}/readyz" in _of("HEALTHCHECK")[0]
    assert json.loads(_of("CMD")[0]) == ["serve"] and json.loads(_of("ENTRYPOINT")[0]) == ["/opt/pmcds/bin/pmcds"]


@pytest.mark.slow
def test_what_it_runs_makes_a_server_that_gets_ready(tmp_path: Path) -> None:
    source = tmp_path / "source"
    for names, target in _copies():
        for name in names:
            place = source / (name if target == "./" else target)
            place.parent.mkdir(parents=True, exist_ok=True)
            found = ROOT / name
            shutil.copytree(found, place) if found.is_dir() else shutil.copy(found, place)
    environment = new_environment(tmp_path / "venv")
    [command] = [rest for rest in _of("RUN") if "pip install" in rest]
    arguments = re.search(r"pip install (.+)$", command)
    assert arguments is not None
    words = [word.strip('"') for word in arguments[1].split()]
    pip = [environment.scripts / "python", "-m", "pip", "install", "--quiet", *words]
    subprocess.run(pip, cwd=source, check=True, timeout=400)
    shutil.rmtree(source)
    with socket.create_server(("127.0.0.1", 0)) as found_port:
        port = found_port.getsockname()[1]
    settings = {"PMCDS_PORT": str(port), "PMCDS_FEEDBACK_URL": f"sqlite:///{tmp_path / 'feedback.db'}"}
    server = subprocess.Popen([environment.scripts / "pmcds", "serve"], cwd=tmp_path, env=settings | {"PATH": ""})
    try:
        assert _ready(port)
        with urllib.request.urlopen(f"http://127.0.0.1:{port}/cds-services", timeout=5) as answer:
            assert json.load(answer)["services"]
    finally:
        server.terminate()
        # The signal that stopped it is raised anew when everything is closed.
        assert server.wait(30) in (0, -signal.SIGTERM)


def _ready(port: int) -> bool:
    for _ in range(300):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/readyz", timeout=2) as answer:
                return bool(answer.status == 200)
        except OSError:
            time.sleep(0.2)
    return False
