"""Worst-case input (TB-16): each body is refused or answered within two seconds of CPU and 400 MB."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Callable, Iterator
from typing import Any

from tests.evidence.goldens import ROOT, bundles
from tests.work import calls

CPU = 2.0
MEGABYTES = 400
BODY = 8 * 1024 * 1024


def _bundle(entries: list[Any]) -> bytes:
    return json.dumps({"resourceType": "Bundle", "type": "collection", "entry": entries}).encode()


def _clinical() -> list[Any]:
    entries: list[Any] = json.loads(bundles()[2].text)["entry"]
    return entries


def _many(make: Callable[[int], Any], count: int) -> bytes:
    return _bundle(_clinical() + [{"resource": make(place)} for place in range(count)])


def _observation(place: int, **members: Any) -> dict[str, Any]:
    code = {"coding": [{"system": "http://loinc.org", "code": "84413-4"}]}
    subject = {"reference": "Patient/example"}
    return {
        "resourceType": "Observation",
        "id": f"o{place}",
        "status": "final",
        "code": code,
        "subject": subject,
    } | members


def _order(place: int) -> dict[str, Any]:
    text = {"text": f"unknown drug {place} 20 mg / 30 ml hydrochloride"}
    subject = {"reference": "Patient/example"}
    return {"resourceType": "MedicationRequest", "id": f"m{place}", "status": "active", "intent": "order",
            "subject": subject, "medicationCodeableConcept": text}  # fmt: skip


def corpus() -> Iterator[tuple[str, bytes]]:
    """Named bodies, each up to the limit of the body."""
    for depth in (63, 64, 65, 900, 1100, 100_000):
        yield f"arrays {depth} deep", b"[" * depth + b"]" * depth
        yield f"objects {depth} deep", b'{"a":' * depth + b"1" + b"}" * depth
        deep: bytes = b'{"url":"u","extension":[' * depth + b"]}" * depth
        yield f"extensions {depth} deep", b'{"resourceType":"Patient","id":"p","extension":[' + deep + b"]}"
    yield "a million keys", b"{" + b",".join(b'"k%d":1' % i for i in range(500_000)) + b"}"
    yield "duplicate key", b'{"resourceType":"Bundle","resourceType":"Bundle","entry":[]}'
    for count in (4_990, 18_000):
        yield f"{count} results", _many(lambda i: _observation(i, valueCodeableConcept={"text": f"*{i}/*1"}), count)
    yield "20001 entries", _many(lambda i: {"resourceType": "Basic"}, 20_001)
    yield "5990 drugs of the past", _many(lambda i: {**_order(i), "status": "completed"}, 5_990)
    yield "4000 unknown orders", _many(_order, 4_000)
    for count in (1_500, 2_990):
        yield f"{count} unknown orders", _many(_order, count)
        chain = lambda i: _observation(i, hasMember=[{"reference": f"Observation/o{i + 1}"}])  # noqa: E731
        yield f"chain of {count} members", _many(chain, count)
        ring = lambda i, n=count: _observation(i, derivedFrom=[{"reference": f"Observation/o{(i + 1) % n}"}])  # noqa: E731
        yield f"ring of {count} results", _many(ring, count)
    codings = [{"system": "http://loinc.org", "code": f"{i}-1"} for i in range(60_000)]
    yield "60000 codings", _bundle([*_clinical(), {"resource": _observation(0, code={"coding": codings})}])
    for name, text in (
        ("aaaa", "a" * 900_000),
        ("blanks", " " * 900_000),
        ("star alleles", "*1/" * 300_000),
        ("hgvs", "NM_000110.4:c.1" * 60_000),
        ("drug words", "hydrochloride tablets 20 mg " * 30_000),
    ):
        patient = {"reference": "Patient/example"}
        order = {"resourceType": "MedicationRequest", "id": "m", "status": "active", "intent": "order",
                 "subject": patient, "medicationCodeableConcept": {"text": text}}  # fmt: skip
        result = _observation(1, valueCodeableConcept={"text": text}, component=[{"code": {"text": text}}])
        condition = {"resourceType": "Condition", "id": "c", "subject": patient, "code": {"text": text}}
        yield f"long text of {name}", _bundle([*_clinical(), *({"resource": r} for r in (order, result, condition))])
    for number in ("1e400", "-1e99999", "1" * 41, "0." + "0" * 50 + "1", "NaN", "Infinity"):
        body = _bundle([*_clinical(), {"resource": _observation(2, valueQuantity={"value": "N"})}])
        yield f"number {number[:12]}", body.replace(b'"N"', number.encode())
    everyone = [{"resource": {"resourceType": "Patient", "id": f"p{i}"}} for i in range(15_000)]
    yield "15000 patients", _bundle([*_clinical(), *everyone])
    medications = [{"resourceType": "Medication", "id": f"x{i}", "code": {"text": "aspirin"}} for i in range(15_000)]
    yield "15000 contained", _bundle([{"resource": {**_order(0), "contained": medications}}])


# One process starts the engine; each body then has a process of its own, forked from it, so that the peaks of memory
# stay apart: that of a forked process begins with what is in use when it is forked.
PROGRAM = """
import os, re, sys, time
from pathlib import Path
import pmcds, pmcds.hooks
from datetime import UTC, datetime
engine = pmcds.Engine()
engine.warmup()
def cost(body):
    began = time.process_time()
    try:
        result = engine.evaluate(body, now=datetime(2026, 6, 1, tzinfo=UTC))
        result.to_dict()
        said = f"{len(result.ledger.orders)} lines"
    except pmcds.InputError as error:
        said = f"refused {error.code}"
    seconds = time.process_time() - began
    peak = int(re.search(r"VmHWM:\\s+(\\d+)", Path("/proc/self/status").read_text())[1])
    os.write(1, f"{seconds:.2f} {peak / 1024:.0f} {said}\\n".encode())
while line := sys.stdin.buffer.readline():
    body = sys.stdin.buffer.read(int(line))
    child = os.fork()
    if child == 0:
        try:
            cost(body)
        except BaseException as error:
            os.write(1, f"died with {type(error).__name__} {str(error)[:120]!r}\\n".encode())
        os._exit(0)
    del body
    status = os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])
    if status:
        os.write(1, f"died with {status}\\n".encode())
"""


class Meter:
    """Measures bodies, each in a process of its own; used with `with`."""

    def __enter__(self) -> Meter:
        command = [sys.executable, "-c", PROGRAM]
        self._process = subprocess.Popen(command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        return self

    def __exit__(self, *_: object) -> None:
        self._process.communicate(timeout=60)

    def measure(self, body: bytes) -> tuple[float, float, str]:
        """CPU seconds, peak megabytes and what came out."""
        given, told = self._process.stdin, self._process.stdout
        assert given is not None
        assert told is not None
        given.write(b"%d\n" % len(body) + body)
        given.flush()
        line = told.readline().decode().strip()
        if not line or line.startswith("died"):
            return 0.0, 0.0, line or "died: the process that starts the others ended"
        seconds, megabytes, said = line.split(" ", 2)
        return float(seconds), float(megabytes), said

    def too_much(self, name: str, body: bytes, *, cpu: float | None = CPU) -> str | None:
        """What is wrong with this body's cost, or None. Without `cpu` the time does not count (tests)."""
        assert len(body) <= BODY or name.startswith(("a million", "long", "15000", "18000")), (name, len(body))
        seconds, megabytes, said = self.measure(body)
        if said.startswith("died"):
            return f"{name}: {said}"
        if (cpu is not None and seconds > cpu) or megabytes > MEGABYTES:
            return f"{name}: {seconds:.2f} s CPU, {megabytes:.0f} MB, {said}"
        return None


def doubling(make: Callable[[int], Any], count: int) -> float:
    """How many more calls twice as much takes: the same number on every machine."""
    from tests.evidence.goldens import NOW, engine

    def spent(number: int) -> int:
        body = _many(make, number)
        engine().evaluate(body, now=NOW)  # what is remembered is there for both
        return calls(lambda: engine().evaluate(body, now=NOW).to_dict())

    return spent(2 * count) / spent(count)


DOUBLINGS: dict[str, Callable[[int], Any]] = {
    "results": lambda i: _observation(i, valueCodeableConcept={"text": f"*{i % 9}/*1"}),
    "orders": _order,
    "chain": lambda i: _observation(i, hasMember=[{"reference": f"Observation/o{i + 1}"}]),
}
