"""HealthChain's SandboxClient calls patient-view. Run by an interpreter that has healthchain; prints JSON."""

from __future__ import annotations

import json
import sys

from healthchain.sandbox import SandboxClient
from healthchain.sandbox.requestconstructors import CdsRequestConstructor


def main() -> None:
    given = json.load(sys.stdin)
    client = SandboxClient(url=given["url"], workflow="patient-view")
    made = CdsRequestConstructor().construct_request(given["prefetch"], client.workflow, given["context"])
    client.requests.append(made)
    json.dump(client.send_requests(), sys.stdout)


main()
