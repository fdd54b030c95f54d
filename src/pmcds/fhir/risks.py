"""Predicted risks: probability and relative risk of a disease; a polygenic result is never a variant (E9, T37)."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.fhir.conditions import folded
from pmcds.fhir.gates import gate
from pmcds.fhir.site import Opened, ReadContext, ReaderResult
from pmcds.fhir.values import as_dict, as_dicts, codings, date_of, decimal_of, label_of
from pmcds.model.findings import Finding, InputNote, Source


def read_risks(opened: Opened, context: ReadContext) -> ReaderResult:
    """One finding for each outcome that a RiskAssessment predicts."""
    findings: list[Finding] = []
    notes: list[InputNote] = []
    for site in opened.by_type("RiskAssessment"):
        verdict = gate(site, opened, context)
        if verdict.reason == "other-patient":
            notes.append(InputNote(site.pointer, site.key, "other-patient"))
            continue
        status = (
            "present" if verdict.reason is None else "ignored" if verdict.reason == "void-status" else "indeterminate"
        )
        data = site.data or {}
        outcomes: dict[str | None, list[Mapping[str, Any]]] = {}
        for prediction in as_dicts(data.get("prediction")):
            subject = label_of(prediction.get("outcome")) or label_of(data.get("condition"))
            outcomes.setdefault(subject, []).append(prediction)
        date = verdict.date or date_of(data, ("occurrence",), ())
        for subject, predictions in outcomes.items():
            value = {"predictions": tuple(_prediction(one, context) for one in predictions)}
            source = Source(site.key, site.pointer, site.pointer)
            findings.append(Finding("polygenic_score", subject, value, source, status, verdict.reason, date=date))
    return ReaderResult(tuple(findings), notes=tuple(notes))


def _prediction(prediction: Mapping[str, Any], context: ReadContext) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for name, member in (("probability", "probabilityDecimal"), ("relative_risk", "relativeRisk")):
        number = decimal_of(prediction.get(member))
        if number is not None:
            found[name] = number
    shares = as_dict(prediction.get("probabilityRange"))
    if shares:
        found["probability_range"] = tuple(decimal_of(as_dict(shares.get(end)).get("value")) for end in ("low", "high"))
    qualitative = prediction.get("qualitativeRisk")
    if qualitative:
        codes = [code for _, code, _ in codings(qualitative) if code]
        found["qualitative"] = codes[0] if codes else label_of(qualitative)
    until = decimal_of(as_dict(as_dict(prediction.get("whenRange")).get("high")).get("value"))
    if until is not None:
        found["until_age"] = until
    codes_of_outcome = folded(codings(prediction.get("outcome")), context)
    if codes_of_outcome:
        found["codes"] = codes_of_outcome
    return found
