"""Shapes of which no public sample exists: our own sample of each becomes the finding that stands beside it.

`samples/own_shapes.json` has a list of {shape, what, resources, expected}; `expected` are all findings of the
resources, with kind and subject in the words of the reference rows.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from pmcds.infer.evidence import index
from pmcds.infer.variant_findings import described, variants_of
from tests.fhir.material import NOW, PATIENT, bundle, reading
from tests.fhir.scoring import row_kind, row_subject

SAMPLES: list[dict[str, Any]] = json.loads((Path(__file__).parent / "samples" / "own_shapes.json").read_text("utf-8"))
# What the reference marks as "own, make one".
WANTED = {"A12", "B7", "C11", "F2", "F4", "F8", "G12", "H2", "H3", "L6", "N5", "N6", "P5", "V22"}


def plain(value: Any) -> Any:
    """The value as JSON has it."""
    if isinstance(value, Decimal):
        return str(value)
    if isinstance(value, Mapping):
        return {name: plain(part) for name, part in value.items()}
    return [plain(part) for part in value] if isinstance(value, (list, tuple)) else value


def test_every_shape_without_a_public_sample_has_one_of_ours() -> None:
    assert {sample["shape"] for sample in SAMPLES} == WANTED


@pytest.mark.parametrize("sample", SAMPLES, ids=lambda sample: f"{sample['shape']}: {sample['what']}")
def test_our_sample_is_read_as_stated(sample: dict[str, Any]) -> None:
    found = reading(bundle(PATIENT, *sample["resources"]))
    rows = [
        {
            "resource": one.source.resource,
            "kind": row_kind(one),
            "subject": row_subject(one),
            "status": one.status,
            "reason": one.reason,
            "value": plain(one.value),
        }
        for one in found.findings
        if one.kind != "demographic"
    ]
    assert rows == sample["expected"]


def test_f04_two_genes_of_one_transcript_are_a_fusion_after_joining() -> None:
    sample = next(one for one in SAMPLES if one["shape"] == "F4")
    for symbol in ("ALK", "EML4"):
        (joined,) = variants_of(index(reading(bundle(PATIENT, *sample["resources"])), NOW), symbol)
        assert (joined.status, joined.reason) == ("present", None)
        assert described(joined, symbol, {}).fusion


def test_f07_two_genes_alone_are_no_fusion() -> None:
    sample = next(one for one in SAMPLES if one["shape"] == "F4")
    (alone,) = variants_of(index(reading(bundle(PATIENT, sample["resources"][0])), NOW), "ALK")
    assert (alone.status, alone.reason) == ("indeterminate", "gene-ambiguous")
