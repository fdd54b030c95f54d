"""HealthChain's SandboxClient on loopback, in an environment of its own, since it pins what the tests use newer."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.server.material import VIEW, request
from tests.server.process import Process

HERE = Path(__file__).parent
PYTHON = HERE / ".healthchain" / "bin" / "python"
VERSION = "healthchain==0.16.1"


@pytest.fixture(scope="module")
def python() -> str:
    """The interpreter with HealthChain, installed once."""
    if not PYTHON.exists() or subprocess.run([PYTHON, "-c", "import healthchain"], capture_output=True).returncode:
        subprocess.run([sys.executable, "-m", "venv", "--clear", PYTHON.parents[1]], check=True, timeout=120)
        done = subprocess.run([PYTHON, "-m", "pip", "install", "-q", VERSION], capture_output=True, timeout=600)
        if done.returncode:
            pytest.skip(f"{VERSION} could not be installed (no network?)")
    return str(PYTHON)


def test_healthchain_calls_patient_view_and_reads_the_cards(python: str, tmp_path: Path) -> None:
    drug = request()["context"]["draftOrders"]["entry"][0]["resource"] | {"status": "active"}
    prefetch: dict[str, Any] = request()["prefetch"]
    for value in prefetch.values():
        # This client names no FHIR server, so nothing may be written as an address below one.
        for entry in value.get("entry", ()):
            del entry["fullUrl"]
    prefetch["medications"] = {"resourceType": "Bundle", "type": "searchset", "entry": [{"resource": drug}]}
    server = Process(tmp_path, limits={"evaluation_seconds": 20, "call_seconds": 30})
    server.wait_ready()
    try:
        given = {
            "url": server.url + VIEW,
            "context": {"userId": "Practitioner/p1", "patientId": "example"},
            "prefetch": prefetch,
        }
        done = subprocess.run(
            [python, "healthchain_client.py"],
            cwd=HERE,
            input=json.dumps(given),
            capture_output=True,
            text=True,
            timeout=180,
        )
    finally:
        server.stop()
    assert done.returncode == 0, done.stderr[-2000:]
    (response,) = json.loads(done.stdout.splitlines()[-1])
    assert response["cards"][0]["indicator"] == "critical"
