"""LC-24 through the whole line: what stands inside a withheld resource changes no byte of any answer."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from functools import cache
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

import pmcds
from pmcds.api import Engine
from tests.fhir.material import PATIENT, SUBJECT, bundle, order
from tests.fhir.observations.support import TBD, component, concept, gene, genotype, loinc, observation, variant
from tests.fhir.test_consents import DENY_GENETIC, GDIS, consent

NOW = datetime(2026, 6, 1, tzinfo=UTC)
PAIRS = st.sampled_from(["*1/*1", "*2/*2", "*1/*17", "*9/*9", "nonsense", "*2", ""])
STATUS = st.sampled_from(["final", "amended", "preliminary", "entered-in-error", "Final"])
ANSWERS = st.sampled_from(["LA9633-4", "LA9634-2", "LA18198-4", "LA0-0"])
PHENOTYPES = st.sampled_from(["CYP2C19 poor metabolizer", "CYP2C19 normal metabolizer", "?", "CYP2D6 PM"])
# The same kind of resource with another content: id and type stay.
INSIDE = st.one_of(
    st.builds(lambda text, status: genotype(text, id="r", status=status), PAIRS, STATUS),
    st.builds(lambda text: observation("79714-2", id="r", valueString=text), PHENOTYPES),
    st.builds(lambda code: observation("57979-7", id="r", valueCodeableConcept=loinc(code)), ANSWERS),
    st.builds(lambda code: variant(gene("BRAF"), answer=code, id="r"), ANSWERS),
    st.builds(
        lambda text: observation(
            concept(TBD, "therapeutic-implication"),
            component("therapeutic-implication", {"text": text}, system=TBD),
            id="r",
        ),
        PHENOTYPES,
    ),
)
# Known to be genetic by its words only.
WORDED = st.builds(lambda text: observation({"text": "CYP2C19 genotype"}, id="r", valueString=text), PAIRS)


@cache
def engine() -> Engine:
    return Engine(pmcds.Knowledge.bundled())


def answer(*resources: Any) -> str:
    result = engine().evaluate(bundle(PATIENT, order(), *resources), now=NOW)
    return json.dumps(result.report(), sort_keys=True, default=str) + json.dumps(result.to_dict())


@given(INSIDE, INSIDE)
@settings(max_examples=60, deadline=None)
def test_lc24_k01_a_consent_that_denies_genetic_data_leaves_no_trace_of_it(one: Any, other: Any) -> None:
    deny = consent(DENY_GENETIC)
    assert answer(deny, one) == answer(deny, other)


@given(WORDED, WORDED)
@settings(max_examples=20, deadline=None)
def test_lc24_k01_neither_does_a_result_known_by_its_words_only(one: Any, other: Any) -> None:
    deny = consent(DENY_GENETIC)
    assert answer(deny, one) == answer(deny, other)


def test_lc24_k01_how_it_was_known_to_be_genetic_leaves_no_trace() -> None:
    deny = consent(DENY_GENETIC)
    coded, worded = genotype("*2/*2", id="r"), observation({"text": "CYP2C19 genotype"}, id="r", valueString="*2/*2")
    assert answer(deny, coded) == answer(deny, worded)


@pytest.mark.parametrize("label", ["GDIS", "V", "TBOO"])
@given(INSIDE | WORDED, INSIDE | WORDED)
@settings(max_examples=20, deadline=None)
def test_lc24_k06_a_withheld_label_leaves_no_trace_of_its_resource(label: str, one: Any, other: Any) -> None:
    meta = {"security": [{**GDIS, "code": label}]}
    assert answer({**one, "meta": meta}) == answer({**other, "meta": meta})


@given(PAIRS, PAIRS)
@settings(max_examples=20, deadline=None)
def test_lc24_k05_reports_and_indicators_leave_no_trace(one: str, other: str) -> None:
    def held(text: str) -> list[dict[str, Any]]:
        category = concept("https://open.epic.com/FHIR/StructureDefinition/condition-category", "genomics")
        report = {"resourceType": "DiagnosticReport", "id": "d", "status": "final", "subject": SUBJECT,
                  "code": loinc("51969-4"), "conclusion": f"CYP2C19 {text}", "contained": [genotype(text, id="i")],
                  "result": [{"reference": "#i"}]}  # fmt: skip
        indicator = {"resourceType": "Condition", "id": "c", "subject": SUBJECT, "category": [category],
                     "clinicalStatus": concept(None, "active"), "code": {"text": f"CYP2C19 {text}"}}  # fmt: skip
        return [report, indicator]

    deny = consent(DENY_GENETIC)
    assert answer(deny, *held(one)) == answer(deny, *held(other))


def test_k06_the_policy_object_decides_about_labels() -> None:
    labeled = genotype("*2/*2", id="r", meta={"security": [{**GDIS, "code": "R"}]})
    assert "withheld" not in answer(labeled)
    strict = Engine(
        pmcds.Knowledge.bundled(), settings=pmcds.Settings(policy=_policy(withheld_labels=frozenset({"R"})))
    )
    found = strict.evaluate(bundle(PATIENT, order(), labeled), now=NOW)
    assert {line.resource: line.ignored for line in found.ledger.inputs}["Observation/r"] == "withheld"


def _policy(**members: Any) -> Any:
    from pmcds.fhir import Policy

    return Policy(**members)
