"""CDS Hooks in a Flask application: two views around one engine. Needs Flask, which pmcds does not."""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import pmcds

REQUEST = Path(__file__).parents[1] / "requests" / "order-select-clopidogrel.json"


def make(engine: pmcds.Engine) -> Any:
    """The application."""
    from flask import Flask, Response, request

    app = Flask(__name__)
    app.config["MAX_CONTENT_LENGTH"] = engine.settings.limits.body

    @app.get("/cds-services")
    def discovery() -> Any:
        return engine.services()

    @app.post("/cds-services/<service>")
    def call(service: str) -> Any:
        try:
            # 200 ms, then what is finished is answered and the rest is said to be unchecked.
            status, body = 200, engine.respond(service, request.get_data(), deadline=0.2)
        except pmcds.HookError as error:
            status, body = error.status, error.outcome
        return Response(json.dumps(body), status, {"Cache-Control": "no-store"}, content_type="application/json")

    return app


def main() -> int:
    """Ask the application once, without a network."""
    try:
        client = make(pmcds.Engine()).test_client()
    except ModuleNotFoundError:
        print("Flask is not installed: pip install flask")
        return 0
    answer = client.post("/cds-services/pmcds-order-select", data=REQUEST.read_bytes())
    print(answer.status_code, [card["summary"] for card in answer.get_json()["cards"]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
