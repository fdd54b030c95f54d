"""The reference server inside a Starlette application of your own: mounted below a path, with its life cycle.

uvicorn examples.embedding.starlette_app:make --factory
"""

from __future__ import annotations

import contextlib
import json
import sys
from collections.abc import AsyncIterator
from pathlib import Path

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse
from starlette.routing import Mount, Route

import pmcds
from pmcds.server import Config, create_app

REQUEST = Path(__file__).parents[1] / "requests" / "order-select-clopidogrel.json"


async def about(_: Request) -> JSONResponse:
    """A page of the application itself."""
    return JSONResponse({"application": "ours", "rules": pmcds.__version__})


def make(feedback: str = "sqlite:///feedback.db") -> Starlette:
    """The application; `feedback` is where the server keeps what clinicians say."""
    server = create_app(pmcds.Engine(), Config.model_validate({"feedback": {"url": feedback}, "page": False}))

    @contextlib.asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        # A mounted application is started and stopped by the one around it.
        async with server.router.lifespan_context(server):
            yield

    return Starlette(routes=[Route("/", about), Mount("/cds", server)], lifespan=lifespan)


def main() -> int:
    """Ask the application once, without a network."""
    from starlette.testclient import TestClient

    with TestClient(make("sqlite://")) as client:
        print(client.get("/").json())
        answer = client.post("/cds/cds-services/pmcds-order-select", json=json.loads(REQUEST.read_bytes()))
        print(answer.status_code, [card["summary"] for card in answer.json()["cards"]])
    return 0


if __name__ == "__main__":
    sys.exit(main())
