"""Written after a planted fault that no test noticed: contained resources of one local id taken for versions."""

from __future__ import annotations

from typing import Any

from tests.fhir.material import PATIENT, bundle, creatinine, reading


def _report(ident: str, day: str, value: str) -> dict[str, Any]:
    inside = creatinine("inner", value, effectiveDateTime=day, issued=f"{day}T08:00:00Z")
    return {
        "resourceType": "DiagnosticReport",
        "id": ident,
        "status": "final",
        "subject": {"reference": "Patient/p1"},
        "result": [{"reference": "#inner"}],
        "contained": [inside],
    }


def test_h07_contained_results_of_two_reports_are_never_versions_of_one_another() -> None:
    found = reading(bundle(PATIENT, _report("one", "2026-01-05", "0.9"), _report("two", "2026-02-05", "1.4")), "p1")
    values = sorted(str(one.value.get("quantity")) for one in found.findings if one.kind == "laboratory")
    assert values == ["0.9", "1.4"]
    assert not [note for note in found.inputs if note.ignored in ("superseded-by", "duplicate-of")]
