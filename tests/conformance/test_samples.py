"""Messages that other projects wrote: read as expected, and judged by the checklist as expected."""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.errors import HookError
from pmcds.hooks import check_message, kind_of, parse_feedback, parse_request
from pmcds.hooks.response import Response
from tests.conformance.samples import Sample, samples
from tests.shared import needs_shared

pytestmark = needs_shared

# The checklist's rule for each oddity of a request, by its name in the index.
QUIRKS = {
    "patient-mismatch": "R16",
    "hookInstance-not-uuid": "R4",
    "patientId-with-type": "R15",
    "encounterId-with-type": "R15",
    "bundle-without-type": "R17",
    "Bundle without type": "R17",
    "context-resource-wrapped": "R14",
    "prefetch-value-wrapped-in-entry": "P17",
    "wrapped-null-resource": "P17",
    "paginated-bundle": "P11",
    "patientId-missing": "R12",
    "loopback-fhirServer": "R6",
}
# Oddities inside resources, which this checklist leaves to a FHIR model.
INSIDE = {
    "empty-bundle",
    "has-fhirAuthorization",
    "has-extension",
    "null-prefetch-value",
    "category-object",
    "category as object",
    "stu3-dose-shape",
    "display-only-medication",
    "unresolvable-reference",
    "missing-intent",
    "dose-and-rate-object",
    "narrow-no-break-space",
    "non-ascii-id",
    "id-over-64-characters",
}


def _must(sample: Sample) -> set[str]:
    return {found.rule for found in check_message(sample.kind, sample.body) if found.level == "M"}


@pytest.mark.parametrize("sample", samples("request"), ids=str)
def test_conformance_requests_are_answered_with_an_expected_status(sample: Sample) -> None:
    assert _status(sample.message, sample.about["hook"]) in sample.about["expected"]["status"]


def _status(message: Any, hook: str) -> int:
    try:
        parse_request(message, hook=hook)
    except HookError as error:
        return error.status
    return 200


@pytest.mark.parametrize("sample", samples("request"), ids=str)
def test_conformance_quirks_of_requests_are_found_by_id(sample: Sample) -> None:
    found = {violation.rule for violation in check_message("request", sample.body)}
    for quirk in sample.about["quirks"]:
        if quirk == "Bundle without type" and "draftOrders" not in sample.message["context"]:
            # The index says it of all captures of this client; this one has no draft.
            continue
        rule = "R14" if quirk.startswith("field-name-variant") else QUIRKS.get(quirk)
        assert (rule in found) if rule else (quirk in INSIDE), quirk


@pytest.mark.parametrize("sample", samples("request"), ids=str)
def test_conformance_requests_break_only_what_their_quirks_say(sample: Sample) -> None:
    expected = {QUIRKS.get(quirk, "R14") for quirk in sample.about["quirks"] if quirk not in INSIDE}
    assert _must(sample) <= expected


@pytest.mark.parametrize("sample", samples("response"), ids=str)
def test_hooks_k12_responses_break_what_the_index_says(sample: Sample) -> None:
    assert _must(sample) == set(sample.about["expected"]["violates"])


@pytest.mark.parametrize("sample", samples("response"), ids=str)
def test_hooks_lc26_our_own_types_refuse_every_response_that_breaks_a_must(sample: Sample) -> None:
    if _must(sample):
        with pytest.raises(ValueError):
            Response.model_validate(sample.message)


@pytest.mark.parametrize("sample", samples("discovery"), ids=str)
def test_conformance_discovery_documents_pass(sample: Sample) -> None:
    assert _must(sample) == set()
    assert len(sample.message["services"]) == sample.about["expected"]["services"]


@pytest.mark.parametrize("sample", samples("feedback"), ids=str)
def test_conformance_feedback_gives_the_expected_records(sample: Sample) -> None:
    found = parse_feedback(sample.message, service="s", received="now")
    assert [record.outcome for record in found.records] == sample.about["expected"]["outcomes"]
    assert found.problems == ()
    assert _must(sample) == set()


@pytest.mark.parametrize(
    "sample", [s for kind in ("request", "response", "discovery", "feedback") for s in samples(kind)], ids=str
)
def test_conformance_the_kind_of_a_message_is_told(sample: Sample) -> None:
    assert kind_of(sample.message) == sample.kind


def test_hooks_p11_spec_ballot_02_is_incomplete() -> None:
    [sample] = [s for s in samples("request") if s.file.endswith("requests/spec-3.0.0-ballot-02.json")]
    assert parse_request(sample.message).prefetch_states["orders"] == "incomplete"


def test_hooks_sb03_the_sandbox_without_a_drug_is_read() -> None:
    [sample] = [s for s in samples("request") if s.file.endswith("order-select-nomed.json")]
    found = parse_request(sample.message)
    assert found.selections == ("MedicationRequest/request-123",)
    assert found.patient == "Patient/pgx-1"
