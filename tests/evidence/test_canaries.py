"""No value of a patient in logs, errors or the ledger (TB-10)."""

from __future__ import annotations

import random

import pytest

from tests.evidence.canaries import leaks
from tests.evidence.goldens import Golden, bundles, judged_by, of_some_rules, requests


@pytest.mark.parametrize("golden", [*bundles(), *requests()], ids=lambda golden: golden.name)
@pytest.mark.parametrize("broken", [False, True], ids=["sound", "broken"])
def test_no_value_of_the_patient_is_logged_or_raised(golden: Golden, broken: bool) -> None:
    with judged_by(of_some_rules(golden, random.Random(golden.name))):
        for place in range(12):
            assert leaks(golden, f"TB-10:1:{golden.name}:{place}", broken=broken) == [], place
