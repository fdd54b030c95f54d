"""`conformance check` of a service: ours passes every check, and each check has a service that fails it."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from starlette.testclient import TestClient

from pmcds.hooks.checklist import checks_of
from pmcds.hooks.probes import CANARY, Answer, Ask, Call, Findings, check_service
from tests.server.process import Process

BUNDLES = Path(__file__).resolve().parents[2] / "examples" / "bundles"
RECORDS = [json.loads((BUNDLES / f"{name}.json").read_bytes()) for name in ("clopidogrel-cyp2c19-poor",)]
# One hook with drafts, one without: what a fault breaks is the same for all.
SERVED = ("pmcds-order-select", "pmcds-patient-view")


def _asking(client: TestClient) -> Ask:
    def ask(call: Call) -> Answer:
        got = client.request(
            call.method, call.path, content=call.body, headers=dict(call.headers), follow_redirects=False
        )
        return Answer(got.status_code, {name.lower(): value for name, value in got.headers.items()}, got.content)

    return ask


def _few(ask: Ask) -> Ask:
    """The service with two of its hooks on offer."""

    def asked(call: Call) -> Answer:
        answer = ask(call)
        if call.method == "GET" and call.path.rstrip("/") == "/cds-services":
            services = [service for service in answer.json()["services"] if service["id"] in SERVED]
            return answer._replace(body=json.dumps({"services": services}).encode())
        return answer

    return asked


@pytest.fixture(scope="module")
def ask(engine: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from pmcds.server import Config, create_app

    place = tmp_path_factory.mktemp("conformance") / "feedback.db"
    limits = {"evaluation_seconds": 20, "call_seconds": 30}
    config = Config.model_validate({"feedback": {"url": f"sqlite:///{place}"}, "limits": limits})
    with TestClient(create_app(engine, config), raise_server_exceptions=False) as client:
        yield _remembering(_few(_asking(client)))


def _remembering(ask: Ask) -> Ask:
    """Answers are a function of the call (D15, C8): each is asked for once, whatever the fault put in front of it."""
    known: dict[tuple[Any, ...], Answer] = {}

    def asked(call: Call) -> Answer:
        key = (call.method, call.path, call.body, *sorted(call.headers.items()))
        if key not in known:
            known[key] = ask(call)
        return known[key]

    return asked


def test_our_own_service_passes_every_check(ask: Ask) -> None:
    found = check_service(ask, RECORDS, feedback=True)
    assert found.broken == []
    unmade = {check.rule for check in checks_of("service")} - {rule for _, rule in found.made}
    assert unmade == {"J1"}, "only a service that asks for tokens can be seen to refuse without one"


# Faults: what a call is answered with instead of the sound answer.

Fault = Callable[[Call, Answer], Answer]
_counter = iter(range(10**9))


def _request(call: Call) -> dict[str, Any]:
    try:
        value = json.loads(call.body or b"{}")
    except (ValueError, RecursionError):
        return {}
    return value if isinstance(value, dict) else {}


def _when(test: Callable[[Call], bool], **changes: Any) -> Fault:
    return lambda call, answer: answer._replace(**changes) if test(call) else answer


def _discovery(call: Call) -> bool:
    return call.method == "GET" and call.path.rstrip("/") == "/cds-services"


def _feedback(call: Call) -> bool:
    return call.path.endswith("/feedback")


def _entries(call: Call) -> list[dict[str, Any]]:
    entries = _request(call).get("feedback")
    return entries if isinstance(entries, list) else []


def _hook(call: Call) -> bool:
    return call.method == "POST" and not _feedback(call)


def _sound(call: Call, answer: Answer) -> bool:
    return _hook(call) and answer.status == 200


def _with_header(name: str, value: str) -> Fault:
    return lambda call, answer: answer._replace(headers={**answer.headers, name: value})


def _cards(change: Callable[[dict[str, Any]], Any]) -> Fault:
    def fault(call: Call, answer: Answer) -> Answer:
        if not _sound(call, answer):
            return answer
        response = answer.json()
        for card in response["cards"]:
            change(card)
        return answer._replace(body=json.dumps(response).encode())

    return fault


def _delete(card: dict[str, Any]) -> None:
    action = {"type": "delete", "description": "x", "resourceId": "MedicationRequest/1"}
    card["suggestions"] = [{"label": "x", "actions": [action]}]


def _prefetched(call: Call, value: Any) -> bool:
    prefetch = _request(call).get("prefetch")
    return _hook(call) and isinstance(prefetch, dict) and "conformance" in prefetch and prefetch["conformance"] == value


def _is(call: Call, **members: Any) -> bool:
    return _hook(call) and all(_request(call).get(name) == value for name, value in members.items())


def _of_type(call: Call, kind: str, **members: Any) -> bool:
    value = (_request(call).get("prefetch") or {}).get("conformance") if _hook(call) else None
    return isinstance(value, dict) and value.get("resourceType") == kind and members.items() <= value.items()


def _accepts(test: Callable[[Call], bool]) -> Fault:
    return _when(test, status=200, body=b'{"cards":[]}')


def _echo(call: Call, answer: Answer) -> Answer:
    if answer.status in (200, 401) or CANARY.encode() not in (call.body or b""):
        return answer
    return answer._replace(body=answer.body.replace(b"the patient is another", CANARY.encode()))


def _tokened(call: Call, answer: Answer) -> Answer:
    sent = _hook(call) and str(_request(call).get("fhirServer", "")).startswith("https://fhir.invalid")
    return answer._replace(headers={**answer.headers, "x-token": CANARY}) if sent else answer


_BAD: dict[str, Any] = {"status": 400, "body": b'{"resourceType": "OperationOutcome"}'}
FAULTS: dict[str, Fault] = {
    "D1": _when(_discovery, status=301),
    "D4": _when(_hook, status=404),
    "D15": lambda call, a: a._replace(body=a.body + b" " * (next(_counter) % 7)) if _discovery(call) else a,
    "H1": lambda call, answer: answer._replace(status=204) if _sound(call, answer) else answer,
    "H4": lambda call, answer: answer._replace(body=b"no") if answer.status >= 400 else answer,
    "H5": _with_header("access-control-allow-origin", "*"),
    "H8": _echo,
    "H9": _with_header("cache-control", "max-age=60"),
    "R1": _when(lambda call: call.method == "GET" and not _discovery(call), headers={}),
    "R2": _accepts(lambda call: _hook(call) and bool(_request(call)) and "hook" not in _request(call)),
    "R3": _accepts(lambda call: _hook(call) and str(_request(call).get("hook")) not in call.path),
    "R4": _when(lambda call: _is(call, hookInstance="test"), **_BAD),
    "R5": _accepts(lambda call: _hook(call) and bool(_request(call)) and "context" not in _request(call)),
    "R6": _when(
        lambda call: _hook(call) and "fhirServer" not in _request(call) and "fhirAuthorization" in _request(call),
        **_BAD,
    ),
    "R7": _when(lambda call: _hook(call) and _request(call).get("prefetch", 1) is None, **_BAD),
    "R8": _when(lambda call: "no-such-service" in call.path, status=400),
    "R9": _when(lambda call: call.body == b"[]", status=200),
    "R12": _accepts(lambda call: _hook(call) and "patientId" not in _request(call).get("context", {"patientId": 1})),
    "R13": _when(lambda call: b"[" * 5000 in (call.body or b""), status=500),
    "R14": _when(lambda call: "resource" in (_request(call).get("context") or {}).get("draftOrders", {}), **_BAD),
    "R15": _when(
        lambda call: str((_request(call).get("context") or {}).get("patientId")).startswith("Patient/"), **_BAD
    ),
    "R16": _accepts(lambda call: "stranger" in (_request(call).get("prefetch") or {})),
    "R17": _when(
        lambda call: (
            "entry" in (_request(call).get("context") or {}).get("draftOrders", {})
            and "type" not in _request(call)["context"]["draftOrders"]
        ),
        **_BAD,
    ),
    "A7": _tokened,
    "A10": _when(lambda call: _is(call, fhirAuthorization={"access_token": 5}), **_BAD),
    "P7": _when(lambda call: _prefetched(call, None), **_BAD),
    "P9": _when(lambda call: _of_type(call, "OperationOutcome"), **_BAD),
    "P10": _when(lambda call: _of_type(call, "Bundle", total=0), **_BAD),
    "P11": _when(lambda call: _of_type(call, "Bundle", total=9), **_BAD),
    "P12": _accepts(lambda call: any(key.startswith("x") for key in _request(call).get("prefetch") or ())),
    "P17": _accepts(lambda call: "response" in str(list((_request(call).get("prefetch") or {}).values()))[:30]),
    "P18": _when(lambda call: _prefetched(call, "<html>"), **_BAD),
    "C8": _cards(lambda card: card.update(uuid=str(next(_counter)))),
    "C17": _cards(lambda card: card.update(detail=f"For {CANARY}.")),
    "S16": _cards(_delete),
    "X6": _when(lambda call: _is(call, extension=[1]), **_BAD),
    "X7": _when(lambda call: "x-unknown" in _request(call), **_BAD),
    "X8": _accepts(lambda call: b"NaN" in (call.body or b"")),
    "J1": _when(_discovery, status=401, body=b"who are you?"),
    "F1": _when(lambda call: _feedback(call) and not isinstance(_request(call).get("feedback"), list), status=200),
    "F7": _when(lambda call: _feedback(call) and len(_entries(call)) > 1, status=400),
    "F8": _when(
        lambda call: _feedback(call) and [e.get("outcome") for e in _entries(call)] == ["overridden"], status=400
    ),
    "F9": _when(
        lambda call: _feedback(call) and "a1d2e3f4" in str([e.get("card") for e in _entries(call)]), status=500
    ),
    "F10": _when(lambda call: _feedback(call) and any("overrideReasons" in e for e in _entries(call)), status=400),
    "F13": _when(lambda call: _feedback(call) and {"card": 5} in _entries(call), status=200),
}


def _found(ask: Ask, fault: Fault) -> Findings:
    return check_service(lambda call: fault(call, ask(call)), RECORDS, feedback=True)


def test_every_check_of_a_service_has_a_service_that_fails_it() -> None:
    assert set(FAULTS) == {check.rule for check in checks_of("service")}


@pytest.mark.parametrize("rule", FAULTS)
def test_a_service_with_this_fault_is_found(ask: Ask, rule: str) -> None:
    found = _found(ask, FAULTS[rule])
    assert rule in {violation.rule for _, violation in found.broken}
    assert not any(CANARY in violation.text for _, violation in found.broken)


def test_the_started_server_passes_at_the_command_line(tmp_path: Path) -> None:
    limits = {"evaluation_seconds": 20, "call_seconds": 30}
    server = Process(tmp_path, limits=limits)
    try:
        server.wait_ready()
        program = "import sys; from pmcds.cli import main; sys.exit(main(sys.argv[1:]))"
        target = f"{server.url}/cds-services"
        arguments = ["conformance", "check", target, "--feedback", "--json"]
        shown = subprocess.run(
            [sys.executable, "-c", program, *arguments], capture_output=True, text=True, timeout=300, check=False
        )
        assert shown.returncode == 0, shown.stdout + shown.stderr
        report = json.loads(shown.stdout)
        assert report["findings"] == []
        states = {row["state"] for row in report["checks"] if (row["of"], row["rule"]) != ("service", "J1")}
        assert states <= {"passed", "nothing to look at"}
    finally:
        server.stop()
