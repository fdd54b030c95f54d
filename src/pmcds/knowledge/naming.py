"""Whether everything that a rule names exists: drugs, conditions, genes, values, units, evidence."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pmcds.errors import Problem
from pmcds.knowledge.compiling import populations_of
from pmcds.knowledge.conditions import BY_NAME, BY_SUBJECT, LIMITS, as_list
from pmcds.knowledge.scores import alleles, score_keys, scores_within
from pmcds.knowledge.vocabulary import STATUS, WILD_TYPE, Vocabulary, listed, nearest
from pmcds.knowledge.yaml import Path, Source
from pmcds.model import words
from pmcds.model.answers import Subject

_DRUGS = ("medication", "ordered_with", "taken_for")
_NUMERIC = ("laboratory", "biomarker", "activity_score")
_UNITS = {"age": ("a",), "taken_for": ("mo", "a")}
_CHANGES = ("p.", "c.", "g.", "m.", "n.", "rs", "NC_", "NM_", "NP_")


class Naming:
    """Collects the problems of one rule file."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.vocabulary = vocabulary.by_table(source.value["ask"].get("tables"))
        self.problems: list[Problem] = []
        self._asked: dict[Subject, None] = {}

    def check(self) -> list[Problem]:
        """Every name and value of the rule that does not exist."""
        document: Mapping[str, Any] = self.source.value
        ask = document["ask"]
        if "tables" in ask and not self.vocabulary.has_table(ask["tables"]):
            mend = f"add cards/genes/{ask['tables']}/<GENE>.yaml"
            self._refuse(("ask", "tables"), f"no gene has a table of {ask['tables']}", mend)
        self._names("drug", ask.get("drug", []), ("ask", "drug"))
        self._names("cancer", ask.get("cancer", []), ("ask", "cancer"))
        for kind, names in (ask.get("know") or {}).items():
            for rest, name in listed(names):
                self._subject(Subject(kind, name), ("ask", "know", kind, *rest))
        several = "populations" in document
        for place, population in enumerate(populations_of(document)):
            start: Path = ("populations", place) if several else ()
            if "when" in population:
                self._condition(population["when"], (*start, "when"))
            for number, case in enumerate(population["cases"]):
                self._case(case, (*start, "cases", number))
        self._known(ask.get("know") or {})
        return self.problems

    def _refuse(self, path: Path, message: str, mend: str = "", *, key: bool = False) -> None:
        self.problems.append(self.source.problem(path, message, mend, key=key))

    def _known(self, know: Mapping[str, Any]) -> None:
        """`know` holds the open-world subjects of the conditions, no more and no less."""
        stated = {Subject(kind, name) for kind, names in know.items() for name in as_list(names)}
        named = [subject for subject in self._asked if subject.kind in BY_SUBJECT]
        for subject in named:
            if subject not in stated:
                place: Path = ("ask", "know") if know else ("ask",)
                mend = f"add {subject.kind}: {subject.name}"
                self._refuse(place, f"a case asks for {subject.kind} {subject.name}, which `know` lacks", mend)
        for kind, names in know.items():
            for rest, name in listed(names):
                if Subject(kind, name) not in self._asked:
                    path: Path = ("ask", "know", kind, *rest)
                    self._refuse(path, f"no case asks for {kind} {name}", "take it out, or ask for it in a case")

    # Cases

    def _case(self, case: Mapping[str, Any], path: Path) -> None:
        if "if" in case:
            self._condition(case["if"], (*path, "if"))
        card = case.get("card")
        if card is None:
            return
        if "because" not in card:
            self._refuse((*path, "card"), "the card names no evidence", "add because: [...]", key=True)
        known = self.source.value["evidence"]
        for rest, name in listed(card.get("because", [])):
            if name not in known:
                mend = nearest(name, known) or f"one of {', '.join(known)}"
                self._refuse((*path, "card", "because", *rest), f"there is no evidence {name}", mend)
        several = isinstance(card["advice"], list)
        for place, advice in enumerate(as_list(card["advice"])):
            self._advice(advice, (*path, "card", "advice", *((place,) if several else ())))

    def _advice(self, advice: Mapping[str, Any], path: Path) -> None:
        for place, other in enumerate(advice.get("instead") or ()):
            here = (*path, "instead", place)
            self._names("drug", other["drug"], (*here, "drug"))
            for kind, names in (other.get("unless") or {}).items():
                self._names(kind, names, (*here, "unless", kind))

    # Conditions

    def _condition(self, condition: Mapping[str, Any], path: Path) -> None:
        for kind, stated in condition.items():
            here = (*path, kind)
            if kind == "not":
                self._condition(stated, here)
            elif kind in ("any", "all"):
                for place, part in enumerate(stated):
                    self._condition(part, (*here, place))
            elif kind in BY_NAME:
                self._names(kind, stated, here)
                self._asked.update((Subject(kind, name), None) for name in as_list(stated))
            elif kind == "age":
                self._asked[Subject("age", "")] = None
                self._limits(Subject("age", ""), stated, here)
            elif kind != "sex":
                for name, values in stated.items():
                    subject = Subject(kind, name)
                    self._asked[subject] = None
                    if self._subject(subject, (*here, name)):
                        self._values(subject, values, (*here, name))

    def _names(self, kind: str, names: Any, path: Path) -> None:
        for rest, name in listed(names):
            self._name(kind, name, (*path, *rest))

    def _name(self, kind: str, name: str, path: Path, *, key: bool = False) -> bool:
        vocabulary = self.vocabulary
        if kind in ("condition", "cancer"):
            known = vocabulary.names(kind)
            if name in known:
                return True
            mend = nearest(name, known) or f"add it to cards/terms/{kind}s"
            self._refuse(path, f"{kind} {name} is not known", mend, key=key)
            return False
        if vocabulary.has_drug(name):
            return True
        self._refuse(path, f"drug {name} is not known", vocabulary.near_drug(name), key=key)
        return False

    def _subject(self, subject: Subject, path: Path) -> bool:
        """True if the subject of a question exists."""
        kind, name = subject
        key = "know" not in path
        vocabulary = self.vocabulary
        if kind in (*_DRUGS, "condition", "cancer"):
            return self._name(kind, name, path, key=key)
        if kind in ("laboratory", "biomarker"):
            known = vocabulary.measured(kind)
            if name in known:
                return True
            mend = nearest(name, known) or "add it to cards/terms/observations.yaml"
            self._refuse(path, f"{kind} {name} is not known", mend, key=key)
            return False
        if kind == "allele":
            return self._allele(name, path, key=key)
        symbol = name.partition(" ")[0] if kind == "variant" else name
        found = vocabulary.has_gene(symbol) if kind == "variant" else symbol in vocabulary.genes
        if not found:
            mend = nearest(symbol, vocabulary.genes) or f"add cards/genes/{symbol}.yaml"
            self._refuse(path, f"gene {symbol} is not known", mend, key=key)
            return False
        wrong = self._variant(name) if kind == "variant" else vocabulary.misfit(subject)
        if wrong is not None:
            self._refuse(path, *wrong, key=key)
        return wrong is None

    def _allele(self, name: str, path: Path, *, key: bool) -> bool:
        gene, allele = self.vocabulary.gene_of_allele(name)
        if gene is None:
            symbol = name.partition("*")[0].partition(" ")[0]
            mend = nearest(symbol, self.vocabulary.genes) or f"add cards/genes/{symbol}.yaml"
            self._refuse(path, f"gene {symbol} is not known", mend, key=key)
            return False
        known = alleles(gene)
        if allele not in known:
            mend = nearest(allele, known) or f"add it to cards/genes/{gene.symbol}.yaml"
            self._refuse(path, f"{gene.symbol} has no allele {allele}", mend, key=key)
        return allele in known

    def _variant(self, name: str) -> tuple[str, str] | None:
        symbol, _, change = name.partition(" ")
        gene = self.vocabulary.genes.get(symbol)
        named = {*(gene.variants if gene is not None else ()), WILD_TYPE}
        if change in named or change.startswith(_CHANGES):
            return None
        mend = nearest(change, named) or "write it as p., c. or rs number, or name it in the gene file"
        return f"{symbol} has no variant {change or 'without a name'}", mend

    # Values

    def _values(self, subject: Subject, values: Any, path: Path) -> None:
        if isinstance(values, Mapping):
            self._limits(subject, values, path)
            return
        domain = self.vocabulary.domain(subject)
        for rest, value in listed(values):
            here = (*path, *rest)
            if value in (words.UNREADABLE, words.WITHHELD):
                self._refuse(here, f"{value} has no case", "take it out: the line is CANNOT-TELL with the plain notice")
            elif value not in words.CASE_WORDS:
                self._value(subject, value, domain, here)

    def _value(self, subject: Subject, value: str, domain: tuple[str, ...] | None, path: Path) -> None:
        kind, name = subject
        gene = self.vocabulary.genes.get(name)
        if kind == "diplotype" or (kind == "genotype" and domain is None):
            if gene is not None and not self.vocabulary.is_diplotype(gene, value):
                self._refuse(path, f"{value} is no pair of alleles of {name}", 'two alleles of the gene file: "*1/*2"')
        elif domain is not None and kind != "biomarker" and value not in domain:
            shown = ", ".join(domain) if len(domain) <= 12 else "a value of the gene file"
            mend = nearest(value.lower(), domain) or f"one of {shown}"
            self._refuse(path, f"{value} is no {kind.replace('_', ' ')} of {name}", mend)
        elif domain == STATUS and value not in STATUS:
            self._refuse(path, f"{value} is no value of {kind}", "present or absent")

    def _limits(self, subject: Subject, limits: Mapping[str, Any], path: Path) -> None:
        kind, name = subject
        unit = limits.get("unit")
        if kind not in (*_NUMERIC, *_UNITS):
            self._refuse(path, f"{kind} has no numbers", "write its values")
        elif kind == "activity_score":
            gene = self.vocabulary.genes[name]
            if unit is not None:
                self._refuse((*path, "unit"), "an activity score has no unit", "take it out")
            if not scores_within(score_keys(gene), {key: value for key, value in limits.items() if key in LIMITS}):
                self._refuse(path, f"no activity score of {name} lies within these limits", "see activity_values")
        elif kind in _UNITS:
            if unit is not None and unit not in _UNITS[kind]:
                self._refuse((*path, "unit"), f"{unit} is no unit of {kind}", " or ".join(_UNITS[kind]))
        elif unit is None:
            if self.vocabulary.unit_of(name) not in (None, "1"):
                mend = f"add unit: {self.vocabulary.unit_of(name)}"
                self._refuse(path, f"the limits of {name} have no unit", mend)
        else:
            wrong = self.vocabulary.unit_fits(unit, name)
            if wrong is not None:
                self._refuse((*path, "unit"), *wrong)
