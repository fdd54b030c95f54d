"""Everything that can be said about a directory of cards before it meets a patient."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from datetime import date
from pathlib import Path
from typing import Any

from pmcds import _resources
from pmcds.api import Engine
from pmcds.check.report import Report
from pmcds.check.trial import NOW, differences
from pmcds.errors import KnowledgeError, PmcdsError, Problem
from pmcds.knowledge import Knowledge
from pmcds.knowledge.citations import citation_problems
from pmcds.knowledge.files import Files, collect, kind_of, rule_id
from pmcds.knowledge.gene_checks import gene_problems
from pmcds.knowledge.phrase_checks import phrase_problems
from pmcds.knowledge.proof import cover_problems
from pmcds.knowledge.schema import schema_problems
from pmcds.knowledge.semantics import rule_problems, test_problems
from pmcds.knowledge.yaml import Source
from pmcds.settings import FAMILIES, Settings

_KINDS = {
    "rule": "rules",
    "gene": "genes",
    "terms": "files of terms",
    "table": "tables",
    "facts": "tables of sources",
    "phrases": "languages",
}


def check(path: str | Path | None = None, *, today: date | None = None, base: Knowledge | None = None) -> Report:
    """Check the cards of a directory, or the bundled ones: schema, semantics, coverage, and each rule's own tests.

    Names are looked up in `base` (the bundled cards if not given) and in the directory. Reviews are compared with
    `today`, read from the clock if not given. Raises KnowledgeError if the directory or `base` cannot be read at all.
    """
    own = _resources.cards_directory()
    directory = Path(path) if path is not None else own
    if directory is None:
        raise KnowledgeError([Problem("cards", 0, 0, "the card files are not installed", "name a directory of cards")])
    if base is None:
        bundled = own is not None and directory.resolve() == own.resolve()
        base = Knowledge.from_docs() if bundled else Knowledge.bundled()
    files = collect(directory, shown=_shown(directory) if path is None else str(path))
    return _Check(files, base, today if today is not None else date.today()).run()  # noqa: DTZ011 - a day, for people


def _shown(directory: Path) -> str:
    """The directory as it is reached from here, if it lies below."""
    here = Path.cwd()
    return os.path.relpath(directory, here) if directory.is_relative_to(here) else str(directory)


class _Check:
    """The steps of one check; a file with problems of form is left out of the later steps."""

    def __init__(self, files: Files, base: Knowledge, today: date) -> None:
        self.files = files
        self.base = base
        self.today = today
        self.problems = [*files.problems, *schema_problems(files)]
        self.tests = 0

    def run(self) -> Report:
        wrong = {problem.file for problem in self.problems}
        good = Files({path: source for path, source in self.files.sources.items() if source.file not in wrong})
        knowledge = self.base + Knowledge.from_docs(good.documents())
        self.problems += self._meaning(good, knowledge)
        self.problems += self._proofs(good, knowledge)
        self.problems += self._trials(good)
        counts = {name: sum(kind_of(path) == kind for path in self.files.sources) for kind, name in _KINDS.items()}
        counts = {name: count for name, count in counts.items() if count}
        if good.of_kind("terms") or good.of_kind("table"):
            counts["entries of terms to verify"] = len(knowledge.terms.unverified())
        ordered = sorted(self.problems, key=lambda problem: (problem.file, problem.line, problem.column))
        return Report(tuple(dict.fromkeys(ordered)), {**counts, "tests": self.tests})

    def _meaning(self, good: Files, knowledge: Knowledge) -> Iterator[Problem]:
        for source in good.of_kind("gene"):
            yield from gene_problems(source)
        english = knowledge.phrases.get("en", {})
        for source in good.of_kind("phrases"):
            yield from phrase_problems(source, english)
        for source in good.of_kind("rule"):
            # A test that has problems of form is there nevertheless.
            yield from rule_problems(source, knowledge.vocabulary, self.files, self.today)
            yield from citation_problems(source, knowledge.facts, self.today)
        for source in good.of_kind("rule-test"):
            yield from test_problems(source, self.files)

    def _sound(self, good: Files) -> tuple[Source, ...]:
        wrong = {problem.file for problem in self.problems}
        return tuple(source for source in good.of_kind("rule") if source.file not in wrong)

    def _proofs(self, good: Files, knowledge: Knowledge) -> Iterator[Problem]:
        for source in self._sound(good):
            try:
                rule = knowledge.rule(rule_id(source.path))
            except KnowledgeError as error:
                yield from error.problems
            else:
                assert rule is not None  # its file is part of the knowledge
                yield from cover_problems(source, rule, knowledge.vocabulary)

    def _trials(self, good: Files) -> Iterator[Problem]:
        """The tests of each rule, with drafts and without the rules that cannot be compiled."""
        tests = {rule_id(source.path): source for source in good.of_kind("rule-test")}
        rules = [source for source in self._sound(good) if rule_id(source.path) in tests]
        if not rules:
            return
        sound = {source.path for source in self._sound(good)}
        documents = {
            path: value for path, value in good.documents().items() if kind_of(path) != "rule" or path in sound
        }
        try:
            knowledge = (self.base + Knowledge.from_docs(documents)).with_drafts()
            engine = Engine(knowledge, Settings(families=tuple(FAMILIES)))
        except (PmcdsError, KeyError) as error:
            yield Problem(rules[0].file, 0, 0, f"the tests cannot run: {error}", "mend the other problems first")
            return
        for source in rules:
            if source.value["status"] != "retired":
                yield from self._tried(engine, rule_id(source.path), tests[rule_id(source.path)])

    def _tried(self, engine: Engine, rule: str, source: Source) -> Iterator[Problem]:
        document: Mapping[str, Any] = source.value
        for place, test in enumerate(document["tests"]):
            self.tests += 1
            here = ("tests", place)
            try:
                found = differences(engine, rule, test, str(document.get("now") or NOW))
            except Exception as error:
                message = f"{test['name']}: stopped with {type(error).__name__}: {error}"
                yield source.problem((*here, "name"), message, "correct the patient of the test")
                continue
            for key, message in found:
                yield source.problem(
                    (*here, "expect", key), f"{test['name']}: {message}", "correct the rule or the test"
                )
