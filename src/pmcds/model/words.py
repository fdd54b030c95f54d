"""The closed vocabularies of the ledger: outcomes, reasons and roles.

The order of `CANNOT_TELL_REASONS` is the order of precedence: when several reasons hold for one decision line,
the line shows the first and lists the others under `also`.
"""

from __future__ import annotations

from typing import NamedTuple

ALERT = "ALERT"
CLEAR = "CLEAR"
CANNOT_TELL = "CANNOT-TELL"
NOT_COVERED = "NOT-COVERED"
OUTCOMES = (ALERT, CLEAR, CANNOT_TELL, NOT_COVERED)

# What an answer is when it is no value.
UNKNOWN = "unknown"
UNREADABLE = "unreadable"
INDETERMINATE = "indeterminate"
CONFLICTING = "conflicting"
WITHHELD = "withheld"
ANSWER_WORDS = frozenset({UNKNOWN, UNREADABLE, INDETERMINATE, CONFLICTING, WITHHELD})
# The words that a case of a rule may name.
CASE_WORDS = frozenset({UNKNOWN, INDETERMINATE, CONFLICTING})

# How notes of an answer begin that say what was found and is not the answer: another variant (FX-04), a value that is
# too old (LAB-02).
NEAR_MISS = "near miss"
OUTDATED = "an older value of"

NOT_COVERED_REASONS = (
    "no-rule",
    "not-in-tables",
    "drug-not-chosen-yet",
    "route-out-of-scope",
    "population-out-of-scope",
    "indication-out-of-scope",
)

ORDER_REASONS = (
    "drug-missing",
    "drug-unresolved",
    "drug-unrecognized",
    "drug-partly-recognized",
    "order-status-unreadable",
    "order-modifier",
    "order-unreadable",
)
# Reasons that a `silent` case may keep quiet about.
QUIET_REASONS = ("no-result", "result-pending")

_BY_WORD: dict[str, tuple[str, ...]] = {
    UNKNOWN: QUIET_REASONS,
    UNREADABLE: (
        "unread-result",
        "status-unreadable",
        "no-subject",
        "unknown-code",
        "unknown-allele",
        "value-absent",
        "value-unreadable",
        "unit-unreadable",
        "modifier",
        "summary-only",
    ),
    INDETERMINATE: (
        "result-not-final",
        "indeterminate",
        "no-call",
        "position-not-tested",
        "copy-number-unknown",
        "phase-ambiguous",
        "resolution-too-low",
        "value-straddles-threshold",
        "age-straddles-limit",
        "sex-unknown",
        "interaction-undefined",
        "future-dated",
        "tumor-type-imprecise",
        "scale-mismatch",
    ),
    CONFLICTING: ("conflict", "genotype-phenotype-mismatch"),
}
_SPECIMEN_REASONS = (
    "focus-not-patient",
    "specimen-not-patient",
    "donor-blood",
    "donor-liver",
    "source-class-unknown",
    "source-class-mismatch",
)
_COORDINATE_REASONS = ("build-mismatch", "transcript-unknown", "ref-mismatch")
_SUPPLY_REASONS = ("not-supplied", "truncated", "entry-error")
ENGINE_REASONS = ("deadline", "step-limit", "internal-error")

CANNOT_TELL_REASONS: tuple[str, ...] = (
    *ORDER_REASONS,
    *_BY_WORD[UNKNOWN],
    *_BY_WORD[UNREADABLE],
    *_BY_WORD[INDETERMINATE],
    *_BY_WORD[CONFLICTING],
    *_SPECIMEN_REASONS,
    *_COORDINATE_REASONS,
    *_SUPPLY_REASONS,
    WITHHELD,
    *ENGINE_REASONS,
)
REASON_ORDER: dict[str, int] = {reason: place for place, reason in enumerate(CANNOT_TELL_REASONS)}

# Which of the five words stands behind a reason of a CANNOT-TELL line.
WORD_OF_REASON: dict[str, str] = {
    **{reason: word for word, reasons in _BY_WORD.items() for reason in reasons},
    **dict.fromkeys(_SPECIMEN_REASONS, UNREADABLE),
    **dict.fromkeys(_COORDINATE_REASONS, INDETERMINATE),
    **dict.fromkeys(_SUPPLY_REASONS, UNREADABLE),
    WITHHELD: WITHHELD,
}

ROLES = ("decisive", "modifier", "exclusion", "order", "context", "patient")

# Input lines: group A was understood and does not count, group B ("dirty") could not be understood.
IGNORED_UNDERSTOOD = (
    "type-not-read",
    "not-relevant",
    "other-patient",
    "family-member",
    "void-status",
    "duplicate-of",
    "superseded-by",
    "source-class-mismatch",
    "not-current",
    "do-not-perform",
    "refuted",
    "withheld",
)
IGNORED_DIRTY = (
    "no-resource",
    "unreadable",
    "no-subject",
    "status-unreadable",
    "uncoded-result",
    "unknown-code",
    "value-unreadable",
    "unit-unreadable",
    "modifier",
    "entry-error",
)
IGNORED_REASONS = IGNORED_UNDERSTOOD + IGNORED_DIRTY
# Put aside for what the resource says of itself.
DISMISSED = frozenset(IGNORED_UNDERSTOOD) - {"type-not-read", "not-relevant"}


class Bridge(NamedTuple):
    """What a reason of a finding means for a rule, for the input line and for a decision line.

    `word` is one of the five answer words, "" where the finding has its own value (present or absent), or None
    where it is as if the resource were not there. `ignored` is the input line's reason, or "" for used.
    `line` is the CANNOT-TELL reason if the finding decides a line.
    """

    word: str | None
    ignored: str
    line: str


def _same(word: str, *reasons: str, ignored: bool) -> dict[str, Bridge]:
    return {reason: Bridge(word, reason if ignored else "", reason) for reason in reasons}


# Reasons of findings are finer than the words of the ledger; this table is the only bridge between them.
BRIDGE: dict[str, Bridge] = {
    **dict.fromkeys(("reference-call", "query-negative", "normal-karyotype"), Bridge("", "", "")),
    **dict.fromkeys(
        (
            "code-display",
            "gene-conflict",
            "code-conflict",
            "value-conflict",
            "significance-conflict",
            "type-copies",
            "vaf-zero",
            "implausible",
            "later-result",
            "link-other-patient",
        ),
        Bridge(CONFLICTING, "", "conflict"),
    ),
    "phenotype-conflict": Bridge(CONFLICTING, "", "genotype-phenotype-mismatch"),
    "other-patient": Bridge(None, "other-patient", ""),
    "no-subject": Bridge(UNREADABLE, "no-subject", "no-subject"),
    "gene-unresolved": Bridge(UNREADABLE, "unreadable", "not-supplied"),
    "variant-unresolved": Bridge(UNREADABLE, "unreadable", "not-supplied"),
    "gene-ambiguous": Bridge(UNREADABLE, "unreadable", "unread-result"),
    **_same(UNREADABLE, "value-unreadable", "unknown-code", "unit-unreadable", ignored=True),
    "unknown-allele": Bridge(UNREADABLE, "", "unknown-allele"),
    "term-not-of-gene": Bridge(UNREADABLE, "unknown-code", "unknown-code"),
    "value-absent": Bridge(UNREADABLE, "", "value-absent"),
    **_same(
        INDETERMINATE,
        "no-call",
        "indeterminate",
        "resolution-too-low",
        "copy-number-unknown",
        "result-not-final",
        "phase-ambiguous",
        "position-not-tested",
        "future-dated",
        "value-straddles-threshold",
        "scale-mismatch",
        "tumor-type-imprecise",
        "build-mismatch",
        "transcript-unknown",
        "ref-mismatch",
        "interaction-undefined",
        "sex-unknown",
        "age-straddles-limit",
        ignored=False,
    ),
    **dict.fromkeys(("phenotype-range", "low-confidence", "unconfirmed"), Bridge(INDETERMINATE, "", "indeterminate")),
    "result-pending": Bridge(UNKNOWN, "", "result-pending"),
    "status-unreadable": Bridge(UNREADABLE, "status-unreadable", "status-unreadable"),
    "void-status": Bridge(None, "void-status", ""),
    "text-only": Bridge(UNREADABLE, "uncoded-result", "unread-result"),
    "uncoded-result": Bridge(UNREADABLE, "uncoded-result", "unread-result"),
    "summary-only": Bridge(UNREADABLE, "uncoded-result", "summary-only"),
    "attachment-only": Bridge(UNREADABLE, "uncoded-result", "summary-only"),
    **_same(UNREADABLE, "not-supplied", "truncated", ignored=False),
    "do-not-perform": Bridge(None, "do-not-perform", ""),
    **dict.fromkeys(("not-taken", "not-done", "resolved", "expired", "not-current"), Bridge(None, "not-current", "")),
    "refuted": Bridge(None, "refuted", ""),
    **dict.fromkeys(("container", "polygenic", "not-genomic", "out-of-scope"), Bridge(None, "not-relevant", "")),
    **dict.fromkeys(("consent-denied", "security-label"), Bridge(WITHHELD, "withheld", "withheld")),
    **_same(UNREADABLE, "modifier", "entry-error", ignored=True),
    **_same(
        UNREADABLE,
        "focus-not-patient",
        "specimen-not-patient",
        "donor-blood",
        "donor-liver",
        "source-class-unknown",
        ignored=False,
    ),
    "source-class-mismatch": Bridge(None, "source-class-mismatch", "source-class-mismatch"),
    "family-member": Bridge(None, "family-member", ""),
    "superseded-by": Bridge(None, "superseded-by", ""),
    "duplicate-of": Bridge(None, "duplicate-of", ""),
}
