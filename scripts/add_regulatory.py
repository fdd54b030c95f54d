"""Add the regulatory fields to every rule file that lacks them, derived from family, hooks, advice and questions.

    scripts/add_regulatory.py [--check]     with --check nothing is written; exit status 1 if a file lacks them

Example numbers are those of the FDA guidance of 2026-01-29, by family, as pointers for a reviewer (REG-01 to REG-10).
Fields that stand in a file are never changed.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import yaml

CARDS = Path(__file__).resolve().parents[1] / "cards"
FAMILIES = ("germline", "laboratory", "pharmacogenomics", "tumor")
WARNS = {"avoid", "not-indicated", "resistant", "consider-alternative", "use-alternative", "caution"}
GUARDS = ("tumor/liquid-biopsy/", "germline/polygenic/", "germline/tumor-finding/")


def fields_of(rule: Mapping[str, Any]) -> dict[str, Any]:
    """The fields for a rule."""
    basis, checked = _examples(rule)
    fields: dict[str, Any] = {
        "intended_user": "clinician", "input_kind": _input(rule), "time_critical": "false", "directive": "false",
    }  # fmt: skip
    if basis:
        fields["non_device_basis"] = basis
    if checked:
        fields["device_examples_checked"] = checked
    return fields


def _input(rule: Mapping[str, Any]) -> str:
    know = rule["ask"].get("know") or {}
    if set(know) & {"variant", "biomarker", "phenotype", "activity_score", "diplotype", "genotype", "allele"}:
        return "reported-result"
    return "laboratory-value" if "laboratory" in know else "condition"


def _examples(rule: Mapping[str, Any]) -> tuple[list[str], list[str]]:
    """Non-device examples that are closest, and device examples to keep away from."""
    name, actions = str(rule["rule"]), set(_actions(rule))
    if name.startswith(GUARDS):
        return [], []
    if name.startswith("tumor/"):
        basis = ["A.3a", "A.4c"] if actions & WARNS else ["A.3a", "A.9c", "A.9e", "A.12"]
        return [*basis, *(["A.11e"] if "test-first" in actions else [])], ["C.17"]
    if name.startswith("germline/"):
        return (["A.4a", "A.4c"] if "drug" in rule["ask"] else ["A.7a", "A.9d"]), []
    if name.startswith("laboratory/"):
        return ["A.6b", "A.9a", "A.11c"], ["C.22", "C.29", "C.30"]
    return [], []


def _actions(rule: Mapping[str, Any]) -> Iterator[str]:
    for part in rule.get("populations") or (rule,):
        for case in part["cases"]:
            stated = case.get("card", {}).get("advice", [])
            for advice in stated if isinstance(stated, list) else [stated]:
                yield advice["action"]


def line_of(fields: Mapping[str, Any]) -> str:
    """The fields as one line of YAML."""
    parts = (f"{name}: {'[' + ', '.join(v) + ']' if isinstance(v, list) else v}" for name, v in fields.items())
    return f"regulatory: {{{', '.join(parts)}}}\n"


def without() -> Iterator[tuple[Path, str]]:
    """Rule files that lack the fields, with their new text."""
    for family in FAMILIES:
        for path in sorted((CARDS / family).rglob("*.yaml")):
            text = path.read_text(encoding="utf-8")
            if not path.name.endswith(".test.yaml") and "\nregulatory:" not in text:
                rule = yaml.load(text, Loader=yaml.CBaseLoader)
                yield path, text.replace("\nask:", f"\n{line_of(fields_of(rule))}ask:", 1)


def main(arguments: Sequence[str]) -> int:
    """Write the files; 1 if there were any and nothing may be written."""
    found = list(without())
    for path, text in found:
        if "--check" not in arguments:
            path.write_text(text, encoding="utf-8")
    sys.stdout.write(f"{len(found)} rule files lacked the regulatory fields\n")
    return 1 if found and "--check" in arguments else 0


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
