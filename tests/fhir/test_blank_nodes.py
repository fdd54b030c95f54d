"""LC-27 through the whole line: 2,000 inputs of the corpus with one node blanked, none raises or loses a line."""

from __future__ import annotations

import pytest

import pmcds
from pmcds.api import Engine
from tests.blanking import run
from tests.fhir.material import corpus, requests
from tests.shared import needs_shared

# Larger files have their turn in `scripts/blank-nodes`.
MOST_BYTES = 120_000


@needs_shared
@pytest.mark.slow
def test_lc27_two_thousand_blanked_nodes_give_an_answer_or_a_refusal() -> None:
    files = [path for path in (*corpus(), *requests()) if path.stat().st_size <= MOST_BYTES]
    tally = run(Engine(pmcds.Knowledge.bundled()), files, range(2000))
    assert tally.failures == []
    assert tally.answered > tally.cases * 0.9, str(tally)
