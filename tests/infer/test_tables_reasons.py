"""Every reason of a finding, and what it may make of an answer and an input line: from the specification."""

from __future__ import annotations

from itertools import product

import pytest

from pmcds.infer.evidence import state_of
from pmcds.model import words
from pmcds.model.findings import GENOMIC_KINDS
from tests.infer.support import NOW, finding

# fhir-inputs.md 1.4: (word for a rule, reason of the input line or "" for used, reason of a line that it decides).
# The word is "" where the finding has its own value, None where it is as if the resource were not there.
Meaning = tuple[str | None, str, str]
EACH: dict[str, Meaning] = {
    "reference-call": ("", "", ""),
    "query-negative": ("", "", ""),
    "normal-karyotype": ("", "", ""),
    "code-display": ("conflicting", "", "conflict"),
    "gene-conflict": ("conflicting", "", "conflict"),
    "code-conflict": ("conflicting", "", "conflict"),
    "value-conflict": ("conflicting", "", "conflict"),
    "significance-conflict": ("conflicting", "", "conflict"),
    "type-copies": ("conflicting", "", "conflict"),
    "vaf-zero": ("conflicting", "", "conflict"),
    "implausible": ("conflicting", "", "conflict"),
    "later-result": ("conflicting", "", "conflict"),
    "link-other-patient": ("conflicting", "", "conflict"),
    "phenotype-conflict": ("conflicting", "", "genotype-phenotype-mismatch"),
    "other-patient": (None, "other-patient", ""),
    "no-subject": ("unreadable", "no-subject", "no-subject"),
    "gene-unresolved": ("unreadable", "unreadable", "not-supplied"),
    "variant-unresolved": ("unreadable", "unreadable", "not-supplied"),
    "gene-ambiguous": ("unreadable", "unreadable", "unread-result"),
    "value-unreadable": ("unreadable", "value-unreadable", "value-unreadable"),
    "unknown-code": ("unreadable", "unknown-code", "unknown-code"),
    "unit-unreadable": ("unreadable", "unit-unreadable", "unit-unreadable"),
    "unknown-allele": ("unreadable", "", "unknown-allele"),
    "term-not-of-gene": ("unreadable", "unknown-code", "unknown-code"),
    "value-absent": ("unreadable", "", "value-absent"),
    "no-call": ("indeterminate", "", "no-call"),
    "indeterminate": ("indeterminate", "", "indeterminate"),
    "resolution-too-low": ("indeterminate", "", "resolution-too-low"),
    "copy-number-unknown": ("indeterminate", "", "copy-number-unknown"),
    "phenotype-range": ("indeterminate", "", "indeterminate"),
    "low-confidence": ("indeterminate", "", "indeterminate"),
    "unconfirmed": ("indeterminate", "", "indeterminate"),
    "result-not-final": ("indeterminate", "", "result-not-final"),
    "result-pending": ("unknown", "", "result-pending"),
    "status-unreadable": ("unreadable", "status-unreadable", "status-unreadable"),
    "void-status": (None, "void-status", ""),
    "text-only": ("unreadable", "uncoded-result", "unread-result"),
    "uncoded-result": ("unreadable", "uncoded-result", "unread-result"),
    "summary-only": ("unreadable", "uncoded-result", "summary-only"),
    "attachment-only": ("unreadable", "uncoded-result", "summary-only"),
    "not-supplied": ("unreadable", "", "not-supplied"),
    "truncated": ("unreadable", "", "truncated"),
    "do-not-perform": (None, "do-not-perform", ""),
    "not-taken": (None, "not-current", ""),
    "not-done": (None, "not-current", ""),
    "resolved": (None, "not-current", ""),
    "expired": (None, "not-current", ""),
    "not-current": (None, "not-current", ""),
    "refuted": (None, "refuted", ""),
    "container": (None, "not-relevant", ""),
    "polygenic": (None, "not-relevant", ""),
    "not-genomic": (None, "not-relevant", ""),
    "out-of-scope": (None, "not-relevant", ""),
    "consent-denied": ("withheld", "withheld", "withheld"),
    "security-label": ("withheld", "withheld", "withheld"),
    "modifier": ("unreadable", "modifier", "modifier"),
    "entry-error": ("unreadable", "entry-error", "entry-error"),
    "focus-not-patient": ("unreadable", "", "focus-not-patient"),
    "specimen-not-patient": ("unreadable", "", "specimen-not-patient"),
    "donor-blood": ("unreadable", "", "donor-blood"),
    "donor-liver": ("unreadable", "", "donor-liver"),
    "source-class-unknown": ("unreadable", "", "source-class-unknown"),
    "source-class-mismatch": (None, "source-class-mismatch", "source-class-mismatch"),
    "phase-ambiguous": ("indeterminate", "", "phase-ambiguous"),
    "position-not-tested": ("indeterminate", "", "position-not-tested"),
    "future-dated": ("indeterminate", "", "future-dated"),
    "value-straddles-threshold": ("indeterminate", "", "value-straddles-threshold"),
    "scale-mismatch": ("indeterminate", "", "scale-mismatch"),
    "tumor-type-imprecise": ("indeterminate", "", "tumor-type-imprecise"),
    "build-mismatch": ("indeterminate", "", "build-mismatch"),
    "transcript-unknown": ("indeterminate", "", "transcript-unknown"),
    "ref-mismatch": ("indeterminate", "", "ref-mismatch"),
    "interaction-undefined": ("indeterminate", "", "interaction-undefined"),
    "sex-unknown": ("indeterminate", "", "sex-unknown"),
    "age-straddles-limit": ("indeterminate", "", "age-straddles-limit"),
    "duplicate-of": (None, "duplicate-of", ""),
    "superseded-by": (None, "superseded-by", ""),
    "family-member": (None, "family-member", ""),
}


def test_each_reason_of_a_finding_means_what_the_specification_says_and_there_is_no_other() -> None:
    assert {reason: tuple(bridge) for reason, bridge in words.BRIDGE.items()} == EACH


@pytest.mark.parametrize("kind", ["genotype", "laboratory", "condition"])
def test_a_value_with_a_reason_against_it_never_counts_as_if_it_had_none(kind: str) -> None:
    for reason, (word, _, line) in EACH.items():
        if reason != "source-class-mismatch":
            doubt = "indeterminate" if word else "ignored" if word is None else "absent"
            status = "withheld" if word == "withheld" else doubt
            state = state_of(finding(kind, "CYP2C19", "x", status=status, reason=reason), "germline", NOW)
            assert (state.word, state.reason) == (word, line if word else ""), reason


# safety.md 1.2, in its order: the first of several reasons is shown.
REASONS = (
    "drug-missing", "drug-unresolved", "drug-unrecognized", "drug-partly-recognized", "order-status-unreadable",
    "order-modifier", "order-unreadable",
    "no-result", "result-pending",
    "unread-result", "status-unreadable", "no-subject", "unknown-code", "unknown-allele", "value-absent",
    "value-unreadable", "unit-unreadable", "modifier", "summary-only",
    "result-not-final", "indeterminate", "no-call", "position-not-tested", "copy-number-unknown", "phase-ambiguous",
    "resolution-too-low", "value-straddles-threshold", "age-straddles-limit", "sex-unknown", "interaction-undefined",
    "future-dated", "tumor-type-imprecise", "scale-mismatch",
    "conflict", "genotype-phenotype-mismatch",
    "focus-not-patient", "specimen-not-patient", "donor-blood", "donor-liver", "source-class-unknown",
    "source-class-mismatch",
    "build-mismatch", "transcript-unknown", "ref-mismatch",
    "not-supplied", "truncated", "entry-error",
    "withheld",
    "deadline", "step-limit", "internal-error",
)  # fmt: skip


def test_the_reasons_of_a_line_and_their_order_are_those_of_the_specification() -> None:
    assert words.CANNOT_TELL_REASONS == REASONS
    assert sorted(words.REASON_ORDER, key=words.REASON_ORDER.__getitem__) == list(REASONS)
    assert sorted(words.REASON_ORDER.values()) == list(range(len(REASONS)))


GROUPS = {
    "unknown": REASONS[7:9],
    "unreadable": (*REASONS[9:19], *REASONS[35:41], *REASONS[44:47]),
    "indeterminate": (*REASONS[19:33], *REASONS[41:44]),
    "conflicting": REASONS[33:35],
    "withheld": ("withheld",),
}


def test_each_reason_stands_behind_the_word_of_its_group_and_only_two_may_be_quiet() -> None:
    assert {reason: word for word, reasons in GROUPS.items() for reason in reasons} == words.WORD_OF_REASON
    assert words.QUIET_REASONS == ("no-result", "result-pending")
    assert set(GROUPS) == words.ANSWER_WORDS
    assert {"unknown", "indeterminate", "conflicting"} == words.CASE_WORDS


def test_the_other_closed_lists_of_the_ledger_are_those_of_the_specification() -> None:
    assert words.OUTCOMES == ("ALERT", "CLEAR", "CANNOT-TELL", "NOT-COVERED")
    assert words.NOT_COVERED_REASONS == (
        "no-rule", "not-in-tables", "drug-not-chosen-yet", "route-out-of-scope", "population-out-of-scope",
        "indication-out-of-scope",
    )  # fmt: skip
    assert words.ROLES == ("decisive", "modifier", "exclusion", "order", "context", "patient")
    assert words.IGNORED_UNDERSTOOD == (
        "type-not-read", "not-relevant", "other-patient", "family-member", "void-status", "duplicate-of",
        "superseded-by", "source-class-mismatch", "not-current", "do-not-perform", "refuted", "withheld",
    )  # fmt: skip
    assert words.IGNORED_DIRTY == (
        "no-resource", "unreadable", "no-subject", "status-unreadable", "uncoded-result", "unknown-code",
        "value-unreadable", "unit-unreadable", "modifier", "entry-error",
    )  # fmt: skip
    assert words.IGNORED_REASONS == words.IGNORED_UNDERSTOOD + words.IGNORED_DIRTY


# H11-H13, H16, H26: source class, specimen and kind, for a question about inherited and about acquired changes.
CLASSES = ("germline", "somatic", "likely somatic", "fetal", "likely fetal", "likely germline", "de novo", None)
SPECIMENS = (None, "blood", "saliva", "tissue", "plasma", "fetal", "donor")
KINDS = ("genotype", "haplotype", "phenotype", "activity_score", "allele", "variant", "biomarker")


def inherited(kind: str, source: str | None, specimen: str | None) -> str | None:
    if source in ("fetal", "likely fetal") or specimen == "fetal":
        return "specimen-not-patient"
    if source in ("somatic", "likely somatic"):
        return None  # as if it were not there
    if specimen == "donor":
        return "donor-blood"
    if specimen == "plasma":
        return "specimen-not-patient"
    if source is None:
        return "source-class-unknown" if kind in ("variant", "biomarker") else "usable"
    return "usable" if source == "germline" else "source-class-mismatch"


def acquired(kind: str, source: str | None, specimen: str | None) -> str | None:
    if source in ("fetal", "likely fetal") or specimen == "fetal":
        return "specimen-not-patient"
    if source is None:
        return "usable" if kind == "biomarker" or specimen in ("tissue", "plasma") else "source-class-unknown"
    return "usable" if source in ("somatic", "likely somatic") else "source-class-mismatch"


@pytest.mark.parametrize("kind", KINDS)
def test_no_source_class_and_no_specimen_answers_a_question_of_the_other_genome(kind: str) -> None:
    for source, specimen in product(CLASSES, SPECIMENS):
        one = finding(kind, "GENE", "x", source_class=source, specimen=specimen)
        for origin, expected in (("germline", inherited), ("somatic", acquired)):
            state = state_of(one, origin, NOW)
            said = "usable" if state.word == "" else None if state.word is None else state.reason
            assert said == expected(kind, source, specimen), (source, specimen, origin)
            assert state.word in ("", None, "unreadable")


def test_the_genomic_kinds_are_seven() -> None:
    assert set(KINDS) == GENOMIC_KINDS
