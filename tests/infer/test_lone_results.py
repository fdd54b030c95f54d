"""A gene with one result is answered from memory: never otherwise than anew, never with the source of another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pmcds.infer import infer
from pmcds.model.answers import Answer, Subject
from pmcds.model.findings import Finding, Reading, Source
from tests.infer.support import NOW, allele, finding, genes, genotype, phenotype, tables, terms, variant

SYMBOLS = ("CYP2C19", "CYP2D6", "DPYD", "G6PD", "UGT1A1", "CYP4F2", "RYR1", "TPMT")
KINDS = ("phenotype", "activity_score", "diplotype", "genotype")
TEXTS = (
    "*1/*2",
    "*2/*2",
    "*1/*4x2",
    "*2",
    "*99/*1",
    "normal metabolizer",
    "indeterminate",
    "2.0",
    "≥3.0",
    "B/A- 202A_376G",
)
DATES = (None, "2025-03-01", "2025", "2031-01-01", "never", "2025-02-30")


def told(reading: Reading, questions: list[tuple[Subject, str | None]], blank: Any = None) -> dict[Any, Answer]:
    return infer(reading, questions, genes=tables(), terms=terms(), now=NOW, blank=blank)


results = st.builds(
    finding,
    st.sampled_from(("genotype", "phenotype", "activity_score", "haplotype")),
    st.sampled_from(SYMBOLS),
    st.sampled_from(TEXTS),
    at=st.sampled_from("ab"),
    date=st.sampled_from(DATES),
    status=st.sampled_from(("present", "present", "indeterminate", "conflicting", "ignored", "withheld")),
    reason=st.sampled_from((None, None, "phase-ambiguous", "indeterminate", "result-not-final", "modifier")),
    source_class=st.sampled_from((None, "germline", "somatic", "fetal")),
    specimen=st.sampled_from((None, "blood", "donor", "plasma")),
    matched=st.sampled_from((None, "name")),
    notes=st.sampled_from(((), ("source-class-conflict",))),
)


coverages = st.builds(
    lambda genes, more: finding("coverage", None, {"genes": genes, **more}, at="covered"),
    st.lists(st.sampled_from(SYMBOLS), max_size=2).map(tuple),
    st.sampled_from(({}, {}, {"mutations-tested": ("c.1905+1G>A",)})),
)

# Whatever else may stand in a chart: none of it may change what is remembered.
others = st.sampled_from(
    [
        finding("report", None, {"row": "reported-text"}, status="indeterminate", reason="text-only", at="r"),
        finding("report", "CYP2C19", {"row": "reported-text"}, status="indeterminate", reason="text-only", at="s"),
        finding("test_order", "CYP2D6", None, at="t"),
        finding("phase", None, {"phase": "trans"}, at="p"),
        finding("implication", "CYP2C19", {"row": "therapeutic"}, at="i"),
        finding("biomarker", "MSI", "high", at="m"),
        finding("condition", "allogeneic blood stem cell transplant", {}, at="c", date="2024-01-01"),
        finding("condition", None, {}, status="indeterminate", reason="unknown-code", at="d"),
        finding("medication", "quinidine", {"role": "statement", "state": "current"}, at="q"),
        finding("genotype", None, None, status="indeterminate", reason="value-unreadable", at="u"),
        finding("genotype", "CYP2D6", "*1/*2", status="withheld", at="w"),
        allele("HLA-B*57:01", at="h"),
        variant("DPYD", {"gene": "DPYD", "dbsnp": "rs3918290"}, source_class="germline", at="v"),
        variant("DPYD", {"gene": "DPYD", "dbsnp": "rs3918290"}, source_class="germline", status="absent", at="x"),
    ]
)


@settings(max_examples=200, deadline=None)
@given(
    st.lists(st.lists(results | coverages | others, max_size=4), min_size=2, max_size=4),
    st.sampled_from((None, "male", "female")),
)
def test_a_memory_never_changes_an_answer(patients: list[list[Finding]], sex: str | None) -> None:
    names = [name for name in tables() if name.partition("@")[0] in SYMBOLS]
    questions: list[tuple[Subject, str | None]] = [
        (Subject(kind, name), "germline") for kind in KINDS for name in names
    ]
    person = (finding("demographic", "sex", sex),) if sex else ()
    memory: Any = {}
    for findings in (*patients, *patients):
        reading = Reading((*findings, *person))
        assert told(reading, questions, memory) == told(reading, questions)


def test_an_answer_from_memory_rests_on_the_result_of_this_patient_and_has_its_date() -> None:
    memory: Any = {}
    question = (Subject("phenotype", "CYP2C19"), "germline")
    first = genotype("CYP2C19", "*2/*2", at="first", date="2020-01-01")
    second = replace(genotype("CYP2C19", "*2/*2", at="second", date="2024-05"), also=(Source("Observation/x", "/x"),))
    undated = genotype("CYP2C19", "*2/*2", at="third", date="some day")
    seen = [told(Reading((one,)), [question], memory)[question] for one in (first, second, undated)]
    assert [answer.date for answer in seen] == ["2020-01-01", "2024-05", None]
    assert [[source.resource for source in answer.sources] for answer in seen] == [
        ["Observation/first"],
        ["Observation/second", "Observation/x"],
        ["Observation/third"],
    ]
    assert {answer.keys for answer in seen} == {("poor metabolizer",)}


def test_the_memory_holds_no_source_and_no_date_of_a_patient_and_no_free_words() -> None:
    memory: Any = {}
    questions: list[tuple[Subject, str | None]] = [(Subject("phenotype", "CYP2C19"), "germline")]
    told(Reading((genotype("CYP2C19", "*2/*2", at="canary", date="1999-12-31"),)), questions, memory)
    told(
        Reading((phenotype("CYP2C19", "poor metabolizer, told to Mrs. Canary, room 12, by phone", at="y"),)),
        questions,
        memory,
    )
    assert any(memory.values())
    assert not [word for word in ("canary", "Canary", "1999", "Observation") if word in repr(memory)]


@pytest.mark.parametrize(
    "other",
    [
        genotype("CYP2C19", "*1/*2", at="z"),
        finding(
            "variant", "CYP2C19", {"row": "variant", "gene": "CYP2C19", "dbsnp": "rs4244285"}, source_class="germline"
        ),
        finding("test_order", "CYP2C19", None),
        finding("coverage", None, {"genes": ("CYP2C19",)}),
        finding("report", "CYP2C19", {"row": "reported-text"}, status="indeterminate", reason="text-only"),
    ],
)
def test_a_second_thing_about_the_gene_is_never_left_out_of_an_answer_from_memory(other: Finding) -> None:
    memory: Any = {}
    question = (Subject("phenotype", "CYP2C19"), "germline")
    one = genotype("CYP2C19", "*2/*2", at="a")
    told(Reading((one,)), [question], memory)
    both = Reading((one, other))
    assert told(both, [question], memory) == told(both, [question])
    assert genes()


def test_that_a_whole_gene_was_looked_at_is_no_result_beside_the_one_that_is_told() -> None:
    memory: Any = {}
    question = (Subject("phenotype", "DPYD"), "germline")
    poor = phenotype("DPYD", "poor metabolizer", at="a")
    covered = finding("coverage", None, {"genes": ("DPYD",)})
    for findings in ((poor, covered), (poor,), (poor, covered)):
        assert told(Reading(findings), [question], memory) == told(Reading(findings), [question])
    assert told(Reading((poor, covered)), [question])[question].keys == ("poor metabolizer",)
