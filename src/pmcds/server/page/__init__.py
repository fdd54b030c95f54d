"""The page for people: its files, sample patients from the tests of the rules, and an evaluation with its account."""

from __future__ import annotations

import json
import pkgutil
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from pmcds import hooks
from pmcds.errors import HookError, InputError
from pmcds.server import answers
from pmcds.server.bodies import parse_json, read_body
from pmcds.server.samples import bundle_of_sample, request_of, samples
from pmcds.server.state import Full

if TYPE_CHECKING:
    from pmcds.api import Engine
    from pmcds.result import Result
    from pmcds.server.state import Server

_KINDS = {
    "index.html": "text/html",
    "page.css": "text/css",
    "page.js": "text/javascript",
    "markdown.js": "text/javascript",
}
_HEADERS = {
    **answers.NO_STORE,
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; "
    "img-src 'self' data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
}


def page_routes() -> list[Route]:
    """The addresses of the page."""
    files = [Route(f"/page/{name}", _file) for name in _KINDS if name != "index.html"]
    return [
        Route("/", _file),
        *files,
        Route("/page/choices", _choices),
        Route("/page/samples/{number:int}", _sample),
        Route("/page/evaluate", _evaluate, methods=["POST"]),
    ]


@cache
def _asset(name: str) -> bytes:
    data = pkgutil.get_data(__name__, name)
    assert data is not None
    return data


async def _file(request: Request) -> Response:
    name = request.url.path.rpartition("/")[2] or "index.html"
    return Response(_asset(name), 200, _HEADERS, _KINDS[name])


async def _choices(request: Request) -> Response:
    """Samples, drugs and hooks to choose from."""
    server: Server = request.app.state.server
    return answers.json_answer(await run_in_threadpool(_encoded_choices, server))


def _encoded_choices(server: Server) -> bytes:
    groups: dict[str, list[dict[str, Any]]] = {}
    for number, (title, test) in enumerate(samples(server.engine)):
        about = {"number": number, "name": test["name"], "expected": test["expect"]["outcome"]}
        groups.setdefault(title, []).append(about)
    return answers.encode(
        {
            "samples": [{"title": title, "patients": patients} for title, patients in groups.items()],
            "drugs": sorted(server.engine.knowledge.drugs),
            "services": [{"id": one.id, "hook": one.hook} for one in server.services.values()],
        }
    )


async def _sample(request: Request) -> Response:
    """One sample patient as a Bundle."""
    server: Server = request.app.state.server
    number = request.path_params["number"]
    test = next((test for place, (_, test) in enumerate(samples(server.engine)) if place == number), None)
    if test is None:
        return answers.refusal(404, "there is no such sample")
    return answers.json_answer(await run_in_threadpool(_sample_bytes, server.engine, test["patient"]))


def _sample_bytes(engine: Engine, stated: Mapping[str, Any]) -> bytes:
    return json.dumps(bundle_of_sample(engine, stated), indent=2, default=str).encode()


async def _evaluate(request: Request) -> Response:
    """Result, request and reasons for a Bundle, a drug and a hook."""
    server: Server = request.app.state.server
    limits = server.engine.settings.limits
    try:
        with server.body_slot():
            body = await read_body(request, most=limits.body, seconds=server.config.limits.body_seconds)
        asked = parse_json(body, limits)
        if not isinstance(asked, dict) or not isinstance(asked.get("bundle"), dict):
            return answers.refusal(400, "the page sent no Bundle", mend="choose a sample or paste a Bundle")
        with server.call_slot():
            found = await run_in_threadpool(_account, server, asked["bundle"], asked.get("drug"), asked.get("hook"))
    except Full:
        return answers.busy(429, "too many calls are under way")
    except InputError as error:
        raise HookError(*hooks.refusal(error)) from None
    return answers.json_answer(found)


def _account(server: Server, bundle: dict[str, Any], drug: Any, hook: Any) -> bytes:
    engine = server.engine
    drug = drug.strip() if isinstance(drug, str) and drug.strip() else None
    service = next((one for one in server.services.values() if one.hook == hook), None)
    if service is None:
        result = engine.evaluate(bundle, order=drug)
        call = None
    else:
        call = request_of(engine, bundle, drug, service.hook)
        result = engine.answer(service, json.dumps(call).encode())
    return answers.encode(
        {
            "report": result.report(),
            "request": call,
            "service": service.id if service is not None else None,
            "why": _why(result),
        }
    )


def _why(result: Result) -> list[str | None]:
    """The reasons behind each decision line."""
    return [result.why(line.rule, line.order) if line.rule else None for line in result.ledger.orders]
