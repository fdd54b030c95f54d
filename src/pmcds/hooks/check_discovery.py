"""Checks of a discovery document (D) and of prefetch templates (P1 to P5)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from pmcds.hooks.checks import (
    ADVICE,
    MUST,
    OPTIONAL,
    SHOULD,
    Violation,
    emptiness,
    extension_at,
    objects,
    optional_text,
    text_at,
    wrong_items,
)
from pmcds.hooks.table import HOOKS, USER_TOKENS

_SERVICE_ID = re.compile(r"[A-Za-z0-9._~-]+")
_SEMANTIC = re.compile(r"(0|[1-9]\d*)(\.(0|[1-9]\d*)){2}(-[0-9A-Za-z.-]+)?(\+[0-9A-Za-z.-]+)?", re.ASCII)
_TOKEN = re.compile(r"\{\{([^{}]*)\}\}")
_CONTEXT_TOKEN = re.compile(r"context\.([A-Za-z][A-Za-z0-9]*)")
_KEY_TOKEN = re.compile(r"%([A-Za-z][A-Za-z0-9_-]*)")
# Paths into the context or into what was read before, with the three functions, joined by pipes.
_STEP = r"(?:\.ofType\([A-Z][A-Za-z]*\)|\.resolve\(\)|\.[A-Za-z][A-Za-z0-9]*)"
_PATH = rf"(?:%?context|%[A-Za-z][A-Za-z0-9_-]*){_STEP}+"
_PATHS = re.compile(rf"{_PATH}(?:\s*\|\s*{_PATH})*|today\(\)(?:\s*[+-]\s*\d+\s+days?)?")
_READ = re.compile(r"[A-Z][A-Za-z]+/[^/?]+")
_SEARCH = re.compile(r"[A-Z][A-Za-z]+\?(.+)")
_PARAMETER = re.compile(r"(_count|_maxresults|_sort|_id|_lastUpdated|[a-z][a-zA-Z-]*)(:in)?")


def check_discovery(message: Mapping[str, Any]) -> Iterator[Violation]:
    """Every rule that a discovery document breaks."""
    services = message.get("services")
    if not isinstance(services, list):
        yield Violation("D1", MUST, "/services", "an array is required, empty if there are no services")
        return
    yield from wrong_items(services, "/services", "D1")
    seen: set[tuple[Any, Any]] = set()
    for where, service in objects(services, "/services", "D1"):
        yield from _service(service, where)
        pair = (str(service.get("id")), str(service.get("hook")))
        if pair in seen:
            yield Violation("D11", OPTIONAL, f"{where}/id", "the same id and hook stand there twice")
        seen.add(pair)
    yield from extension_at(message, "")
    yield from emptiness(message)


def _service(service: Mapping[str, Any], where: str) -> Iterator[Violation]:
    yield from text_at(service, "hook", where, "D3")
    yield from text_at(service, "id", where, "D4")
    if isinstance(service.get("id"), str) and not _SERVICE_ID.fullmatch(service["id"]):
        yield Violation("D4", ADVICE, f"{where}/id", "only signs that a URL need not escape")
    yield from text_at(service, "description", where, "D5")
    yield from text_at(service, "title", where, "D6", SHOULD)
    yield from optional_text(service, "usageRequirements", where, "D8")
    yield from extension_at(service, where)
    version = service.get("version")
    if "version" in service and not (isinstance(version, str) and _SEMANTIC.fullmatch(version)):
        yield Violation("D9", SHOULD, f"{where}/version", "a semantic version of the specification")
    hook = service.get("hook")
    known = HOOKS.get(hook) if isinstance(hook, str) else None
    if "hookVersion" in service and known is not None and service["hookVersion"] != known.version:
        yield Violation("D10", OPTIONAL, f"{where}/hookVersion", "is not the version on the page of the hook")
    newest = isinstance(version, str) and bool(_SEMANTIC.fullmatch(version)) and version[:1] not in "012"
    if "prefetch" in service:
        yield from _prefetch(service["prefetch"], hook if isinstance(hook, str) else "", f"{where}/prefetch", newest)


def _prefetch(prefetch: Any, hook: str, where: str, newest: bool) -> Iterator[Violation]:
    if not isinstance(prefetch, Mapping):
        yield Violation("D7", OPTIONAL, where, "an object of texts")
        return
    before: set[str] = set()
    for key, template in prefetch.items():
        place = f"{where}/{key}"
        if not isinstance(template, str) or not template:
            yield Violation("D7", OPTIONAL, place, "a template is a non-empty text")
            continue
        for token in _TOKEN.findall(template):
            named = _KEY_TOKEN.match(token.strip())
            if named and named[1] != "context" and named[1] not in before:
                yield Violation("D13", MUST, place, "a template that uses another key comes after it")
        for rule, level, text in check_template(template, hook, newest=newest):
            yield Violation(rule, level, place, text)
        before.add(str(key))


def check_template(template: str, hook: str, *, newest: bool = False) -> Iterator[tuple[str, str, str]]:
    """Rule, level and text of everything that is wrong with a prefetch template for a hook (P1 to P5).

    With `newest` tokens may be paths, as the newest specification has them on trial.
    """
    bare = _TOKEN.sub("x", template)
    search = _SEARCH.fullmatch(bare)
    if search is None and not _READ.fullmatch(bare):
        yield "P1", MUST, "a template is a relative FHIR read or search"
    if "{{" in bare or "}}" in bare:
        yield "P2", MUST, "a token is not closed"
    for token in _TOKEN.findall(template):
        if not (newest and _PATHS.fullmatch(token.strip()) and not _CONTEXT_TOKEN.fullmatch(token.strip())):
            yield from _token(token.strip(), hook)
    for parameter in search[1].split("&") if search is not None else ():
        yield from _parameter(parameter)


def _token(token: str, hook: str) -> Iterator[tuple[str, str, str]]:
    if token in USER_TOKENS:
        return
    named = _CONTEXT_TOKEN.fullmatch(token)
    if named is None:
        if token.startswith(("context.", "%", "today()")):
            yield "P4", OPTIONAL, "only the newest specification knows this token, on trial"
        else:
            yield "P2", MUST, "a token is context.NAME or stands for the user"
        return
    known = HOOKS.get(hook)
    if known is not None and named[1] not in known.tokens:
        yield "P2", MUST, "the context of the hook has no such member, or it is no token"


def _parameter(parameter: str) -> Iterator[tuple[str, str, str]]:
    name, equals, value = parameter.partition("=")
    if not equals or not value:
        yield "P1", MUST, "a search parameter has no value"
    elif not _PARAMETER.fullmatch(name) or name in ("sort", "count"):
        yield "P5", SHOULD, "only plain parameters, :in, _count, _sort and the like are common to all clients"
