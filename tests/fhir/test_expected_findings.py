"""Every row of the reference is met, no positive finding is invented, and the table says how each shape fares."""

from __future__ import annotations

import sys

from pmcds.fhir import open_input
from pmcds.fhir.observations import read_observations
from tests.fhir.material import corpus
from tests.fhir.scoring import contexts, differences, score, table
from tests.shared import needs_shared

pytestmark = needs_shared


def test_every_expected_row_is_read_or_listed_with_its_reason() -> None:
    result = score()
    parts = ("", "kinds", table(result.by_kind), "shapes and traps", table(result.by_shape), *result.wrong)
    sys.stdout.write("\n".join(parts) + "\n")
    assert result.wrong == []
    assert sum(sum(count.values()) - count["extra"] for count in result.by_kind.values()) == 1743


def test_no_positive_finding_is_invented() -> None:
    assert score().extra == []


def test_no_row_that_is_met_stands_among_the_differences() -> None:
    assert set(differences()) - score().excused == set()


def test_every_observation_report_and_answer_gets_one_note() -> None:
    ours = ("DiagnosticReport", "Observation", "Parameters")
    for path in corpus("synthetic"):
        opened = open_input(path.read_bytes())
        for _, context in contexts(opened, []):
            result = read_observations(opened, context)
            sites = [site.pointer for kind in ours for site in opened.by_type(kind)]
            assert sorted(note.site for note in result.notes) == sorted(sites)
            used = {finding.source.site for finding in result.findings}
            assert all(note.ignored or note.role or note.site in used for note in result.notes)
