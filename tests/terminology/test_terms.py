"""The terms as a whole: replaceable, picklable, the same for every order of the same facts."""

from __future__ import annotations

import json
import os
import pickle
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from pmcds.model.findings import DrugMatch
from pmcds.terminology import Coding, ConditionMatch, Terms
from tests.terminology.conftest import documents

RXNORM = "http://www.nlm.nih.gov/research/umls/rxnorm"


class Own:
    """A terminology of an integrator."""

    def recognize(self, codings: Sequence[Coding], text: str | None = None, *, forms: Sequence[str] = ()) -> DrugMatch:
        return DrugMatch(("own",), how="code")

    def conditions(self, codings: Sequence[Coding], text: str | None = None) -> ConditionMatch:
        return ConditionMatch(("own",), how="code")


def test_an_integrator_can_replace_recognition(terms: Terms) -> None:
    replaced = terms.replaced(Own())
    assert replaced.recognize((), "anything").ingredients == ("own",)
    assert replaced.conditions((), "anything").names == ("own",)
    assert replaced.unit("mg/dL") == "mg/dL"
    assert terms.recognize((), "clopidogrel").ingredients == ("clopidogrel",)


def test_a_site_can_add_terms(terms: Terms) -> None:
    site = {
        "systems": {
            "systems": {"our-drugs": {"spellings": ["urn:oid:1.2.3"]}, "rxnorm": {"spellings": ["urn:oid:1.2.4"]}}
        },
        "drugs_more": {"drugs": {"zyzzixine": {"rxnorm": ["99999999"]}}, "synonyms": {"clopidogrel": ["clopi"]}},
        "rxnorm_products": "code\ttty\tingredients\tbrands\tform\tnote\n99999998\tSCD\tclopidogrel\t\toral tablet\t\n",
        "conditions": {"conditions": {"stroke": {"codes": ["icd10:X99"]}}},
    }
    merged = terms.merged(site)
    assert merged.recognize([(RXNORM, "99999999", None)]).ingredients == ("zyzzixine",)
    assert merged.recognize([("1.2.4", "99999998", None)]).ingredients == ("clopidogrel",)
    assert merged.recognize([(RXNORM, "309362", None)]).ingredients == ("clopidogrel",)
    assert merged.recognize([], "clopi 75 mg").ingredients == ("clopidogrel",)
    assert merged.conditions((("http://hl7.org/fhir/sid/icd-10", "X99.1", None),)).names == (
        "neurovascular disease",
        "stroke",
    )
    assert terms.recognize([(RXNORM, "99999999", None)]).ingredients == ()


def test_terms_pickle(terms: Terms) -> None:
    again = pickle.loads(pickle.dumps(terms))
    assert again.recognize([(RXNORM, "309362", None)]) == terms.recognize([(RXNORM, "309362", None)])


def test_terms_survive_json_and_rows(docs: dict[str, Any]) -> None:
    again = json.loads(json.dumps(docs))
    head, *body = [line.split("\t") for line in docs["ema"].splitlines() if not line.startswith("#")]
    again["ema"] = [dict(zip(head, row, strict=True)) for row in body]
    match = Terms.from_docs(again).recognize([("https://www.ema.europa.eu", "EU/1/08/465/002", None)])
    assert match.ingredients == ("clopidogrel",)


def test_empty_documents_know_nothing_and_do_not_fail() -> None:
    empty = Terms.from_docs({})
    empty.warm()
    assert empty.fold("http://loinc.org") == "loinc.org"
    assert empty.recognize([(RXNORM, "309362", "clopidogrel")], "clopidogrel").how is None
    assert empty.conditions((("http://snomed.info/sct", "1", None),), "stroke") == ConditionMatch()
    assert empty.unit("mg/dL") is None


def test_unverified_entries_are_listed(terms: Terms) -> None:
    listed = terms.unverified()
    assert listed == tuple(sorted(listed))
    assert any(line.startswith("drugs: sotorasib") for line in listed)


def test_the_answer_does_not_depend_on_the_hash_seed() -> None:
    program = (
        "from tests.terminology.conftest import documents\n"
        "from pmcds.terminology import Terms\n"
        "t = Terms.from_docs(documents())\n"
        "print(t.recognize([], 'Akynzeo / clopidogrel (citalopram) / foo'), t.drug('valproate'))\n"
        "print(t.conditions((('http://snomed.info/sct', '363346000', None),)))\n"
    )
    root = Path(__file__).resolve().parents[2]
    outputs = {
        subprocess.run(
            [sys.executable, "-c", program],
            capture_output=True,
            text=True,
            check=True,
            cwd=root,
            env={**os.environ, "PYTHONHASHSEED": seed, "PYTHONPATH": f"{root / 'src'}{os.pathsep}{root}"},
        ).stdout
        for seed in ("0", "1", "42")
    }
    assert len(outputs) == 1


def test_order_of_codings_does_not_matter(terms: Terms) -> None:
    codings = [(RXNORM, "32968", None), (RXNORM, "2556", None), (RXNORM, "309362", None)]
    first, second = terms.recognize(codings), terms.recognize(codings[::-1])
    assert (first.ingredients, first.conflicting, first.unmapped) == (
        second.ingredients,
        second.conflicting,
        second.unmapped,
    )


def test_documents_of_the_fixture_are_complete() -> None:
    assert {"systems", "observations", "drugs", "units", "cancers", "conditions", "forms"} <= set(documents())
