"""Whether the phrases of a language have a word for everything that a card can say."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pmcds.errors import Problem
from pmcds.knowledge.files import stem
from pmcds.knowledge.yaml import Source
from pmcds.model import words
from pmcds.model.rules import ACTIONS

_SLOT = re.compile(r"\{(\w+)\}")


def phrase_problems(source: Source, english: Mapping[str, Any]) -> Iterator[Problem]:
    """Every word that is missing, and every slot that English does not have in the same place."""
    document = source.value
    if document["language"] != stem(source.path):
        yield source.problem(("language",), f"the language is {stem(source.path)} by its file", "rename one of the two")
    yield from _missing(source, "actions", ACTIONS)
    yield from _missing(source, "reasons", words.CANNOT_TELL_REASONS)
    for action, templates in document["actions"].items():
        if templates and templates[-1]["needs"]:
            yield source.problem(
                ("actions", action), "the last entry needs a parameter", "add one with needs: []", key=True
            )
    for part in ("kinds", "labels", "notices", "parameters"):
        yield from _missing(source, part, english.get(part, {}))
        for name, text in document[part].items():
            extra = set(_SLOT.findall(text)) - set(_SLOT.findall(str(english.get(part, {}).get(name, text))))
            if extra:
                yield source.problem((part, name), f"nothing fills {{{sorted(extra)[0]}}}", "use the slots of English")


def _missing(source: Source, part: str, wanted: Iterable[str]) -> Iterator[Problem]:
    for name in wanted:
        if name not in source.value[part]:
            yield source.problem((part,), f"no words for {name} in {part}", "add it", key=True)
