"""Small cards of our own: two genes, a typed allele, three drugs, and one rule that is in order."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from pathlib import Path

from pmcds.check import Report, check
from pmcds.errors import Problem
from pmcds.knowledge import Knowledge

TODAY = date(2026, 6, 1)
RULE = "family/drugone/src.yaml"
TEST = "family/drugone/src.test.yaml"

GENE = """\
gene: GENEA
hgnc: "HGNC:1"
key: phenotype
method: function-pair
reference: "*1"
versions: {diplotypes: "a table, 2026"}
functions:
  Normal function: ["*1"]
  No function: ["*2", "*3"]
phenotype_of:
  "No function + No function": poor metabolizer
  "No function + Normal function": intermediate metabolizer
  "Normal function + Normal function": normal metabolizer
"""

SCORES = """\
gene: GENEB
hgnc: "HGNC:2"
key: activity_score
method: sum-of-two
reference: "*1"
activity_values:
  "0.0": ["*4"]
  "0.5": ["*9"]
  "1.0": ["*1"]
  "≥3.0": ["*1x≥3"]
  n/a: ["*7"]
score_to_phenotype:
  - {from: "0", to: "0", phenotype: poor metabolizer}
  - {from: "0.5", to: "1", phenotype: intermediate metabolizer}
  - {from: "1.5", to: "2", phenotype: normal metabolizer}
  - {from: "2.5", phenotype: ultrarapid metabolizer}
"""

TYPED = """\
gene: HLX-B
hgnc: "HGNC:3"
key: allele
method: listed-alleles
listed_alleles: ["*57:01"]
"""

OBSERVATIONS = """\
observations:
  - {code: "x:1", role: laboratory, subject: potassium, unit: mmol/L}
  - {code: "x:2", role: biomarker, kind: quantity, subject: TMX, unit: mut/Mb}
  - {code: "x:3", role: biomarker, kind: result, subject: MSX}
words:
  "MSX: high": [MSX-H]
  "MSX: stable": [MSX-S]
"""

UNITS = """\
kinds:
  amount concentration: {mol/L: "1", mmol/L: "1/1000", umol/L: "1/1000000"}
  mass concentration: {g/L: "1", mg/dL: "1/100"}
  mutations per megabase: {mut/Mb: "1"}
"""

CONDITIONS = """\
conditions:
  stroke: {codes: ["x:10"]}
  acute coronary syndrome: {codes: ["x:11"]}
"""

RULE_TEXT = """\
rule: family/drugone/src
title: Drug one and gene A
status: active
version: 1
reviewed: {on: "2026-01-01", again: "2027-01-01", by: pending clinical review}
why: Gene A makes drug one work.
evidence:
  g-2026: {source: SRC, date: "2026-01", url: "https://example.org/guideline"}
ask: {hooks: [order-select], drug: drugone, know: {phenotype: GENEA}}
cases:
  - case: poor
    if: {phenotype: {GENEA: poor metabolizer}}
    card:
      indicator: critical
      advice: {action: avoid, instead: [{drug: drugtwo, unless: {condition: stroke}}]}
      because: [g-2026]
  - case: intermediate
    if: {phenotype: {GENEA: intermediate metabolizer}}
    card:
      indicator: warning
      advice: {action: reduce-dose, by_percent: {from: 25, to: 50}}
      because: [g-2026]
  - case: normal
    if: {phenotype: {GENEA: normal metabolizer}}
    silent: standard dose
  - case: indeterminate
    if: {phenotype: {GENEA: indeterminate}}
    card: {indicator: info, advice: {action: no-recommendation}, because: [g-2026]}
  - case: not-tested
    if: {phenotype: {GENEA: unknown}}
    silent: no test is advised
"""

TEST_TEXT = """\
rule: family/drugone/src
tests:
  - name: a poor metabolizer is told
    patient: {order: drugone, diplotype: {GENEA: "*2/*3"}}
    expect: {case: poor, outcome: ALERT}
"""

CARDS: Mapping[str, str] = {
    "genes/GENEA.yaml": GENE,
    "genes/GENEB.yaml": SCORES,
    "genes/HLX-B.yaml": TYPED,
    "terms/drugs.tsv": "name\tkind\trxnorm\ndrugone\tpgx\t1\ndrugthree\tpgx\t3\ndrugtwo\tpgx\t2\n",
    "terms/observations.yaml": OBSERVATIONS,
    "terms/units.yaml": UNITS,
    "terms/conditions.yaml": CONDITIONS,
    "terms/cancers.yaml": 'cancers: {melanoma: {oncotree: ["MEL"]}}\n',
    "terms/oncotree.tsv": "code\tname\tparent\nMEL\tMelanoma\tSKIN\nSKIN\tSkin\t\n",
    RULE: RULE_TEXT,
    TEST: TEST_TEXT,
}


def write(folder: Path, changes: Mapping[str, str | None] | None = None) -> Path:
    """The cards as files, with some of them replaced or (None) left out."""
    for path, text in {**CARDS, **(changes or {})}.items():
        if text is not None:
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_text(text, encoding="utf-8")
    return folder


def with_rule(*replacements: tuple[str, str]) -> dict[str, str]:
    """The rule with texts replaced; each must be there."""
    text = RULE_TEXT
    for old, new in replacements:
        assert old in text, old
        text = text.replace(old, new)
    return {RULE: text}


def checked(folder: Path, changes: Mapping[str, str | None] | None = None) -> Report:
    """The check of these cards alone."""
    return check(write(folder, changes), today=TODAY, base=Knowledge.from_docs())


def meaning(report: Report) -> list[Problem]:
    """The problems without those of running the tests, which need terms and phrases that are not here."""
    return [problem for problem in report.problems if "tests cannot run" not in problem.message]


def place(text: str, marker: str, *, after: str = "") -> tuple[int, int]:
    """Line and column of the first `marker` behind `after`, counted from 1."""
    start = text.index(marker, text.index(after) + len(after))
    return text.count("\n", 0, start) + 1, start - (text.rfind("\n", 0, start) + 1) + 1


def only(report: Report) -> Problem:
    """The one problem of the report."""
    found = meaning(report)
    assert len(found) == 1, [str(problem) for problem in found]
    return found[0]


def stands(problem: Problem, text: str, marker: str, *, after: str = "") -> bool:
    """True if the problem is said of the marker's place."""
    return (problem.line, problem.column) == place(text, marker, after=after)
