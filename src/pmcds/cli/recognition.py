"""drugs recognize: how one code, text or file of orders is recognized, with the rate over many."""

from __future__ import annotations

import argparse
import re
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from pmcds.cli import arguments as options
from pmcds.cli.output import print_json, screen
from pmcds.errors import InputError

if TYPE_CHECKING:
    from pmcds.model.findings import DrugMatch

DONE = 0

# A code with its system in front, as in a FHIR search: "rxnorm|309362", "http://...|309362".
_TOKEN = re.compile(r"\A(?P<system>\S+)\|(?P<code>\S+)\Z")
_SYSTEMS = {
    "rxnorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
    "ndc": "http://hl7.org/fhir/sid/ndc",
    "snomed": "http://snomed.info/sct",
    "atc": "http://www.whocc.no/atc",
    "unii": "http://fdasis.nlm.nih.gov",
    "ema": "https://www.ema.europa.eu",
}
_TYPES = ("MedicationRequest", "MedicationOrder", "MedicationStatement", "MedicationAdministration",
          "MedicationDispense", "Medication")  # fmt: skip


class Recognized(NamedTuple):
    """One drug of the input: where it stands, the words that it came with, what was found, and what was not."""

    place: str
    words: str
    match: DrugMatch
    problem: str | None = None

    @property
    def how(self) -> str:
        """code, name, outside the tables, or why it was not recognized."""
        if self.match.ingredients:
            return self.match.how or "nothing"
        return "outside the tables" if self.match.outside_tables else self.problem or "drug-unrecognized"


def run_recognize(arguments: argparse.Namespace) -> int:
    """Recognize a code, a text, the drugs of a FHIR file, or each line of a text file."""
    if not arguments.drug:
        raise InputError("no-drug", "nothing to recognize", mend="give a code, a text or a file")
    if not _is_file(arguments.drug):
        return _show_one(_recognize(arguments.drug), as_json=arguments.json)
    found = list(_of_file(Path(arguments.drug)))
    if not found:
        raise InputError("no-drug", f"{arguments.drug} names no drug", mend="give a FHIR resource, or one drug a line")
    if len(found) == 1:
        return _show_one(found[0].match, as_json=arguments.json)
    return _show_many(found, as_json=arguments.json)


def _is_file(text: str) -> bool:
    return text.endswith((".json", ".txt")) or (len(text) < 200 and "|" not in text and Path(text).is_file())


def _recognize(text: str) -> DrugMatch:
    import pmcds

    token = _TOKEN.match(text)
    if token is None:
        return pmcds.recognize_drug(text)
    return pmcds.recognize_drug(
        {"system": _SYSTEMS.get(token["system"].lower(), token["system"]), "code": token["code"]}
    )


def _of_file(path: Path) -> Iterator[Recognized]:
    if path.suffix != ".json":
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if line.strip():
                yield Recognized(f"line {number}", line.strip(), _recognize(line.strip()))
        return
    held = options.read_object(str(path))
    if "resourceType" not in held and not {"hook", "entry"} & set(held):
        import pmcds

        yield Recognized("/", str(held.get("text") or held.get("display") or ""), pmcds.recognize_drug(held))
        return
    yield from _of_resources(held)


def _of_resources(held: Mapping[str, Any]) -> Iterator[Recognized]:
    """Every medication resource of a FHIR file; a Medication on its own where nothing refers to it."""
    import pmcds
    from pmcds.fhir import ReadContext, open_input
    from pmcds.fhir.drugs import drug_of

    opened = open_input(held)
    context = ReadContext(pmcds.Knowledge.bundled().terms, {}, None, datetime.min.replace(tzinfo=UTC))
    used: set[Any] = set()
    for kind in _TYPES[:-1]:
        for site in opened.by_type(kind):
            drug = drug_of(site, opened, context)
            used.update(drug.sites)
            yield Recognized(site.key, drug.label or "", drug.match, drug.problem)
    for site in opened.by_type(_TYPES[-1]):
        if site not in used:
            yield Recognized(site.key, "", pmcds.recognize_drug((site.data or {}).get("code") or {}))


def _show_one(match: DrugMatch, *, as_json: bool) -> int:
    if as_json:
        print_json(match)
        return DONE
    shown = screen()
    shown.line("Ingredients: " + (", ".join(match.ingredients) or "not recognized"))
    shown.line(f"Found by {match.how or 'nothing'}; systemic: {_yes_no(match.systemic)}")
    if match.unmapped:
        shown.line(f"{match.unmapped} further part{'' if match.unmapped == 1 else 's'} of the product not recognized")
    if match.outside_tables:
        shown.line("A well-formed code that the tables, complete for the drugs of the rules, do not have")
    for note in match.notes:
        shown.line(note)
    return DONE


def _show_many(found: list[Recognized], *, as_json: bool) -> int:
    counts = Counter(one.how for one in found)
    known = sum(bool(one.match.ingredients) for one in found)
    if as_json:
        rows = [{"place": one.place, "words": one.words, "found": one.how, "match": one.match} for one in found]
        print_json({"drugs": rows, "counts": dict(sorted(counts.items())), "recognized": known, "of": len(found)})
        return DONE
    shown = screen()
    shown.table(
        ("place", "words", "ingredients", "found by", "systemic", "notes"),
        [
            (one.place, one.words, ", ".join(one.match.ingredients), one.how, _yes_no(one.match.systemic), _notes(one))
            for one in found
        ],
    )
    shown.line()
    parts = ", ".join(f"{number} by {how}" for how, number in sorted(counts.items()) if how in ("code", "name"))
    shown.line(f"{known} of {len(found)} recognized ({100 * known / len(found):.1f} %{': ' + parts if parts else ''}).")
    return DONE


def _notes(one: Recognized) -> str:
    conflicting = ("conflicting codes",) if one.match.conflicting else ()
    unmapped = (f"{one.match.unmapped} part(s) not recognized",) if one.match.unmapped else ()
    return ", ".join((*conflicting, *unmapped, *one.match.notes))


def _yes_no(value: bool | None) -> str:
    return "not known" if value is None else "yes" if value else "no"
