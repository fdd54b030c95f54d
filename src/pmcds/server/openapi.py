"""The interface as an OpenAPI 3.1 document; its schemas are those of the library."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any

from pmcds import _resources
from pmcds._version import __version__

if TYPE_CHECKING:
    from pmcds.server.state import Server

_SCHEMAS = ("common", "request", "response", "discovery", "feedback")
_OUTCOME: dict[str, Any] = {
    "type": "object",
    "required": ["resourceType", "issue"],
    "properties": {"resourceType": {"const": "OperationOutcome"}, "issue": {"type": "array", "minItems": 1}},
}
_REFUSALS = {
    "400": "The request cannot be read.",
    "404": "There is no such service.",
    "412": "Data that the service needs are missing.",
    "413": "The body is too large.",
    "415": "The body is no JSON.",
    "429": "Too many calls are under way.",
    "503": "There was no time left, or the server is not ready.",
}


def description(server: Server) -> dict[str, Any]:
    """The document for the services of one application."""
    names = sorted(server.services)
    service = {"name": "service", "in": "path", "required": True, "schema": {"type": "string", "enum": names}}
    security: list[dict[str, list[str]]] = [{"client": []}] if server.config.authenticated else []
    document: dict[str, Any] = {
        "openapi": "3.1.0",
        "info": {"title": "pmcds", "version": __version__, "summary": "CDS Hooks services for precision medicine"},
        "paths": {
            "/cds-services": {"get": _operation("Discovery", "discovery", None, security)},
            "/cds-services/{service}": {"post": _operation("Call a service", "response", "request", security)},
            "/cds-services/{service}/feedback": {"post": _operation("Feedback on cards", None, "feedback", security)},
            "/healthz": {"get": _plain("The process is alive")},
            "/readyz": {"get": _plain("Calls can be answered")},
        },
        "components": {
            "schemas": {"OperationOutcome": _OUTCOME, **{name: _schema(name) for name in _SCHEMAS}},
            "securitySchemes": {"client": {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}},
        },
    }
    for path in ("/cds-services/{service}", "/cds-services/{service}/feedback"):
        document["paths"][path]["parameters"] = [service]
    if server.config.base_url is not None:
        document["servers"] = [{"url": server.config.base_url}]
    return document


def _operation(summary: str, gives: str | None, takes: str | None, security: list[Any]) -> dict[str, Any]:
    content = {"schema": _reference(gives) if gives else {"type": "object"}}
    answers: dict[str, Any] = {"200": {"description": "Done.", "content": {"application/json": content}}}
    if takes is not None:
        outcome = {"application/json": {"schema": _reference("OperationOutcome")}}
        answers |= {status: {"description": text, "content": outcome} for status, text in _REFUSALS.items()}
    if security:
        answers["401"] = {"description": "No token that is accepted."}
    operation: dict[str, Any] = {"summary": summary, "responses": answers}
    if security:
        operation["security"] = security
    if takes is not None:
        operation["requestBody"] = {
            "required": True,
            "content": {"application/json": {"schema": _reference(takes)}},
        }
    return operation


def _plain(summary: str) -> dict[str, Any]:
    return {"summary": summary, "responses": {"200": {"description": "Yes."}}}


def _reference(name: str) -> dict[str, str]:
    return {"$ref": f"#/components/schemas/{name}"}


def _schema(name: str) -> Any:
    """A schema of the library whose references lead to their places in this document."""
    schema = json.loads(_resources.schema(f"cds-hooks/{name}"))
    schema.pop("$schema", None)
    schema.pop("$id", None)
    return _moved(schema, f"#/components/schemas/{name}")


def _moved(node: Any, home: str) -> Any:
    if isinstance(node, list):
        return [_moved(member, home) for member in node]
    if not isinstance(node, dict):
        return node
    found = {key: _moved(value, home) for key, value in node.items()}
    target = found.get("$ref")
    if isinstance(target, str):
        file, _, pointer = target.partition("#")
        place = f"#/components/schemas/{file.split('/')[-1].removesuffix('.schema.json')}" if file else home
        found["$ref"] = place + pointer
    return found
