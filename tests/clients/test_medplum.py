"""Medplum's packages as FHIR server and CDS client on loopback: a client that nobody here wrote."""

from __future__ import annotations

import json
import shutil
import subprocess
from pathlib import Path
from typing import Any

import pytest

from pmcds.hooks import check_message
from tests.server.material import request
from tests.server.process import Process

HERE = Path(__file__).parent
NODE, NPM = shutil.which("node"), shutil.which("npm")
BASE = "https://fhir.example.org/r4/"


@pytest.fixture(scope="module")
def installed() -> None:
    """The packages at their pinned versions, installed once."""
    if NODE is None or NPM is None:
        pytest.skip("needs Node.js with npm")
    if (HERE / "node_modules" / "@medplum" / "fhir-router").is_dir():
        return
    done = subprocess.run(
        [NPM, "ci", "--ignore-scripts", "--no-audit", "--no-fund"],
        cwd=HERE,
        capture_output=True,
        text=True,
        timeout=300,
    )
    if done.returncode:
        pytest.skip("npm ci could not install the packages (no network?)")


def run(services: str, hook: str, context: dict[str, Any], resources: list[Any]) -> dict[str, Any]:
    """What the client got; it prints one line."""
    assert NODE is not None
    given = {"services": services, "hook": hook, "context": context, "resources": resources}
    done = subprocess.run(
        [NODE, "medplum.mjs"], cwd=HERE, input=json.dumps(given), capture_output=True, text=True, timeout=180
    )
    assert done.returncode == 0, done.stderr[-2000:]
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def record() -> list[Any]:
    """The resources of the example's prefetch."""
    resources: list[Any] = []
    for value in request()["prefetch"].values():
        entries = value.get("entry", [{"resource": value}] if value["resourceType"] != "Bundle" else [])
        resources += [entry["resource"] for entry in entries]
    return resources


@pytest.mark.usefixtures("installed")
def test_medplum_discovers_fills_the_prefetch_calls_and_reads_the_cards(tmp_path: Path) -> None:
    server = Process(tmp_path, limits={"evaluation_seconds": 20, "call_seconds": 30})
    server.wait_ready()
    try:
        context = request()["context"]
        found = run(f"{server.url}/cds-services", "order-select", context, record())
        empty = run(
            f"{server.url}/cds-services",
            "patient-view",
            {"userId": "Practitioner/p1", "patientId": "example"},
            record(),
        )
    finally:
        server.stop()
    assert check_message("discovery", {"services": found["services"]}) == []
    assert found["request"]["prefetch"]["patient"]["resourceType"] == "Patient"
    assert found["request"]["prefetch"]["observations"]["resourceType"] == "Bundle"
    assert [one for one in check_message("request", found["request"]) if one.level == "M"] == []
    assert check_message("response", found["response"]) == []
    (card,) = found["response"]["cards"]
    assert card["indicator"] == "critical"
    assert {action["type"] for action in card["suggestions"][0]["actions"]} == {"create", "delete"}
    assert empty["response"]["cards"] == []
