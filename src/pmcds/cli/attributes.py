"""The source attributes of rules on the screen."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from pmcds.cli.output import print_json, screen

if TYPE_CHECKING:
    from pmcds.attributes import SourceAttribute
    from pmcds.knowledge import Knowledge
    from pmcds.model.rules import Rule


def show_attributes(rules: Sequence[Rule], knowledge: Knowledge, *, as_json: bool) -> None:
    """The 13 attributes of each rule."""
    from pmcds.attributes import source_attributes

    found = {rule.id: source_attributes(rule, knowledge) for rule in rules}
    if as_json:
        rows = [{"rule": name, "attributes": _plain(attributes)} for name, attributes in found.items()]
        print_json({"snapshot": knowledge.snapshot, "rules": rows})
        return
    shown = screen()
    for name, attributes in found.items():
        shown.heading(name)
        shown.table(("attribute", "value"), [(one.name.replace("_", " "), one.text) for one in attributes])


def _plain(attributes: Sequence[SourceAttribute]) -> list[dict[str, object]]:
    return [{"name": one.name, "value": one.text, "because": list(one.because)} for one in attributes]
