"""Answering CDS Hooks requests without a framework: bytes in, status and bytes out."""

from __future__ import annotations

import json
import sys
from pathlib import Path

import pmcds

REQUESTS = Path(__file__).parent / "requests"


def answer(engine: pmcds.Engine, service: str, body: bytes) -> tuple[int, bytes]:
    """What a web server sends back for one POST."""
    try:
        return 200, json.dumps(engine.respond(service, body)).encode()
    except pmcds.HookError as error:
        return error.status, json.dumps(error.outcome).encode()


def main() -> int:
    """Play the requests of the folder, and one that is broken."""
    engine = pmcds.Engine()
    for service in engine.services()["services"]:
        print(f"serves {service['hook']} as {service['id']}")
    for name, service_id in (
        ("order-select-clopidogrel", "pmcds-order-select"),
        ("order-sign-clopidogrel", "pmcds-order-sign"),
        ("patient-view", "pmcds-patient-view"),
    ):
        status, body = answer(engine, service_id, (REQUESTS / f"{name}.json").read_bytes())
        print(name, status, [card["summary"] for card in json.loads(body)["cards"]])
    status, _ = answer(engine, "pmcds-order-sign", b"{")
    print("broken request", status)
    return 0


if __name__ == "__main__":
    sys.exit(main())
