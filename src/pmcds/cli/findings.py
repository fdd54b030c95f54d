"""What was understood of an input: every finding with its place, what contradicts, what was repaired, what was left."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pmcds.cli.output import Screen
from pmcds.cli.text import value_text

if TYPE_CHECKING:
    from pmcds.model.findings import Finding, Source
    from pmcds.result import Result

# The repairs that reading notes, in words.
REPAIRS = {
    "R1": "a blank member counts as absent",
    "R2": "a single value where a list belongs",
    "R3": "text where a coded value belongs",
    "R4": "several values, which must agree",
    "R6": "a number in a text",
    "R8": "characters that nobody sees",
    "R9": "escapes of HL7 v2 in a text",
    "R10": "quotes, blanks or a colon around a code",
    "R7": "a member with an extension only has no value",
    "R11": "`meta` of another shape is not looked at",
    "R12": "a date that does not exist counts as no date",
}


def show_read(screen: Screen, result: Result, file: str) -> None:
    """The findings, the conflicts between them, the repairs, and the resources that were not used."""
    facts = [finding for finding in result.findings if finding.kind != "conflict"]
    conflicts = [finding for finding in result.findings if finding.kind == "conflict"]
    screen.heading(f"Findings of {file}: {len(facts)}")
    for finding in facts:
        _show(screen, finding)
    screen.heading(f"Conflicts: {len(conflicts) or 'none'}")
    for finding in conflicts:
        _show(screen, finding)
    screen.heading(f"Repairs: {sum(len(note['repairs']) for note in result.notes) or 'none'}")
    for note in result.notes:
        for repair in note["repairs"]:
            screen.point(f"{note['site'] or '/'}: {REPAIRS.get(repair, repair)} ({repair})")
    left = [line for line in result.ledger.inputs if line.ignored]
    screen.heading(f"Not used: {len(left)} of {len(result.ledger.inputs)} resources")
    for line in left:
        screen.point(f"{line.site or '/'} {line.resource}: {line.ignored}")


def to_json(result: Result) -> dict[str, Any]:
    """The same as JSON: findings (conflicts among them), repairs by site, and one line for each resource."""
    report = result.report()
    return {
        "findings": report["findings"],
        "notes": report.get("notes", []),
        "inputs": report["ledger"]["inputs"],
    }


def _show(screen: Screen, finding: Finding) -> None:
    value = value_text(finding.value) + (f" {finding.unit}" if finding.unit else "")
    verdict = finding.status + (f" ({finding.reason})" if finding.reason else "")
    named = " ".join(part for part in (finding.kind, finding.subject) if part)
    screen.point(f"{named}: {value} · {verdict}" if value else f"{named}: {verdict}")
    for source in (finding.source, *finding.also):
        screen.line(_place(source), indent=4)
    details = [
        f"dated {finding.date}" if finding.date else "",
        f"source class {finding.source_class}" if finding.source_class else "",
        f"specimen {finding.specimen}" if finding.specimen else "",
        f"matched by {finding.matched}" if finding.matched else "",
        f"not stated: {', '.join(finding.missing)}" if finding.missing else "",
        *finding.notes,
    ]
    told = "; ".join(detail for detail in details if detail)
    if told:
        screen.line(told, indent=4)


def _place(source: Source) -> str:
    laboratory = f", laboratory {source.laboratory}" if source.laboratory else ""
    return f"read at {source.path or source.site or '/'} of {source.resource}{laboratory}"
