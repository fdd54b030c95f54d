"""The default terminology, built from the documents of `cards/terms`."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cached_property
from typing import Any

from pmcds.model.findings import DrugMatch
from pmcds.terminology.cancers import Cancers
from pmcds.terminology.conditions import Conditions
from pmcds.terminology.drugs import Drugs
from pmcds.terminology.forms import LOCAL, SYSTEMIC, Forms, together
from pmcds.terminology.genes import Genes
from pmcds.terminology.observations import Observations
from pmcds.terminology.review import unverified
from pmcds.terminology.specimens import Specimens
from pmcds.terminology.systems import Systems
from pmcds.terminology.tables import Table, merged_documents
from pmcds.terminology.units import Units
from pmcds.terminology.values import Coding, ConditionMatch, DrugTerm, ObservationTerm, Terminology


class Terms:
    """Names and codes, from documents {file stem: content}; a table is its text.

    Immutable: parts are built from the documents when they are first asked for, and never change. Code systems may
    be given in any spelling.
    """

    def __init__(self, documents: Mapping[str, Any], replaced: Terminology | None = None) -> None:
        self._documents = documents
        self._replaced = replaced

    @classmethod
    def from_docs(cls, docs: Mapping[str, Any]) -> Terms:
        """Terms of documents {file stem: parsed YAML, or the text or rows of a table}."""
        return cls(dict(docs))

    def merged(self, other: Mapping[str, Any]) -> Terms:
        """These terms with further documents: what `other` says wins, lists are joined."""
        return Terms(merged_documents(self._documents, other), self._replaced)

    def replaced(self, terminology: Terminology) -> Terms:
        """These terms, with drugs and diagnoses recognized by an integrator's terminology."""
        return Terms(self._documents, terminology)

    def __reduce__(self) -> tuple[type[Terms], tuple[Mapping[str, Any], Terminology | None]]:
        return Terms, (self._documents, self._replaced)

    def unverified(self) -> tuple[str, ...]:
        """Entries that nobody has compared with a second source yet."""
        return unverified(self._documents)

    def warm(self) -> None:
        """Build every part now, so that no evaluation has to."""
        self.drug("")
        self.conditions((("", "", ""),))
        self.component(None, None)
        self.unit(None)
        self.specimen(())

    def _document(self, name: str) -> Mapping[str, Any]:
        document = self._documents.get(name)
        return document if isinstance(document, Mapping) else {}

    @cached_property
    def _systems(self) -> Systems:
        return Systems(self._document("systems"))

    @cached_property
    def _genes(self) -> Genes:
        return Genes(Table.of(self._documents.get("genes")), self._document("genes_more"))

    @cached_property
    def _observations(self) -> Observations:
        return Observations(self._document("observations"), self._genes)

    @cached_property
    def _forms(self) -> Forms:
        return Forms(self._document("forms"))

    @cached_property
    def _drugs(self) -> Drugs:
        return Drugs(self._documents, self._systems, self._forms)

    @cached_property
    def _conditions(self) -> Conditions:
        return Conditions(self._document("conditions"), self._cancers, self._systems)

    @cached_property
    def _cancers(self) -> Cancers:
        return Cancers(Table.of(self._documents.get("oncotree")), self._document("cancers"))

    @cached_property
    def _units(self) -> Units:
        return Units(self._document("units"), self._document("observations").get("plausible") or {})

    @cached_property
    def _specimens(self) -> Specimens:
        return Specimens(self._document("specimens"), self._systems)

    # Code systems

    def fold(self, system: str | None) -> str | None:
        """The short name of a code system in any spelling, else its folded address, None without system."""
        return self._systems.fold(system)

    def address(self, name: str) -> str:
        """The address to write for the short name of a code system."""
        return self._systems.address(name)

    # Observations

    def observation(self, system: str | None, code: str | None) -> ObservationTerm | None:
        """What the code of an Observation asks."""
        return self._observations.question(self.fold(system), code)

    def question(self, text: str | None) -> ObservationTerm | None:
        """What an Observation asks that is known by its name only."""
        return self._observations.named(text)

    def question_codes(self, role: str, subject: str | None = None) -> tuple[tuple[str, str], ...]:
        """(address, code) of the codes that ask a role about a subject, preferred first: for writing resources."""
        return self._pairs(self._observations.codes(role, subject))

    def component(self, system: str | None, code: str | None) -> str | None:
        """What a component carries ("gene", "coding", "vaf" ...)."""
        return self._observations.component(self.fold(system), code)

    def answer(self, system: str | None, code: str | None) -> str | None:
        """The normal word of an answer code."""
        return self._observations.answer(self.fold(system), code)

    def component_codes(self, word: str) -> tuple[tuple[str, str], ...]:
        """(address, code) of the component codes that carry `word`, preferred first: for writing resources."""
        return self._pairs(self._observations.component_codes(word))

    def answer_codes(self, word: str) -> tuple[tuple[str, str], ...]:
        """(address, code) of the answer codes that mean `word`, preferred first: for writing resources."""
        return self._pairs(self._observations.answer_codes(word))

    def codes_of(self, kind: str, name: str) -> tuple[tuple[str, str, str], ...]:
        """(address, code, name) of every code under which a result about a subject is sent.

        A genetic result or a marker is also sent under codes that hold for any subject, and these are among them.
        Results under a site's own codes, or in words alone, are not: a query by code does not find them. Empty for a
        marker that no code names.
        """
        if kind == "laboratory":
            found = self._observations.codes(kind, name)
        elif kind in ("condition", "cancer"):
            found = self._observations.codes_in(("staging", "morphology", "history"))
        else:
            found = self._observations.codes_about((name, *self._parts(name)), named=kind == "biomarker")
        return tuple((system, code, name) for system, code in self._pairs(found))

    def _parts(self, name: str) -> tuple[str, ...]:
        """The markers whose results make a marker together."""
        stated = self.markers.get("parts") or {}
        rows = (self.markers.get("markers") or {}).get(name) or ()
        parts = dict.fromkeys(part for row in rows for part in row.get("if") or ())
        return tuple(str((stated.get(part) or {}).get("marker", part)) for part in parts)

    def _pairs(self, codes: Iterable[str]) -> tuple[tuple[str, str], ...]:
        return tuple((self.address(system), code) for system, _, code in (key.partition(":") for key in codes))

    def word(self, text: str | None) -> str | None:
        """The normal word of an answer in words, compared as a whole in any case."""
        return self._observations.word(text)

    def phenotype_word(self, text: str | None) -> str | None:
        """The normal phenotype of a word of an older vocabulary."""
        return self._observations.phenotype_word(text)

    def indicator(self, text: str | None) -> tuple[str, str, str] | None:
        """(kind, subject, word) of the text of a genomic indicator."""
        return self._observations.indicator(text)

    @property
    def scales(self) -> Mapping[str, str]:
        """Score scales that may stand in front of a number, with the unit of that number."""
        return self._observations.scales

    @cached_property
    def markers(self) -> Mapping[str, Any]:
        """How markers are put together from several results, and which are numbers only (`markers.yaml`)."""
        return self._document("markers")

    def current_for(self, subject: str) -> int | None:
        """For how many months a laboratory value of this subject counts; None if the terms set no limit (LAB-02)."""
        stated = (self._document("observations").get("current_for") or {}).get(subject)
        return None if stated is None else int(str(stated))

    # Genes

    def gene(self, system: str | None, code: str | None) -> str | None:
        """The symbol of a gene code: HGNC id, number or symbol; NCBI number."""
        return self._genes.gene(self.fold(system), code)

    def gene_named(self, text: str | None) -> str | None:
        """The symbol that a text is, or of which it is a listed alias."""
        return self._genes.named(text)

    def gene_id(self, symbol: str) -> str | None:
        """The HGNC id of a symbol ("HGNC:2621")."""
        return self._genes.number(symbol)

    # Conditions and tumor types

    def conditions(self, codings: Sequence[Coding], text: str | None = None) -> ConditionMatch:
        """What a diagnosis means."""
        if self._replaced is not None:
            return self._replaced.conditions(codings, text)
        return self._conditions.match(codings, text)

    def brings(self, name: str | None) -> str | None:
        """What of another person's body a condition or procedure brings: "blood", "liver", "cells", or None."""
        return self._conditions.brings(name)

    def condition_codings(self, name: str) -> tuple[tuple[str, str, str], ...]:
        """(address, code, display) of codes that mean a condition or tumor type, preferred first."""
        return self._conditions.codings(name)

    @property
    def condition_names(self) -> frozenset[str]:
        """Names of all conditions that rules can use."""
        return self._conditions.names

    @property
    def cancer_names(self) -> frozenset[str]:
        """Names of all tumor types that rules can use."""
        return self._cancers.names

    # Drugs

    def drug(self, name: str) -> DrugTerm | None:
        """The drug of a name or synonym."""
        return self._drugs.term(name)

    def combinations(self, ingredients: Sequence[str]) -> tuple[str, ...]:
        """Names of listed combinations that these ingredients make up."""
        return self._drugs.combinations(ingredients)

    def listed(self, name: str) -> bool:
        """True if the tables hold products or brands of a drug, so that an order of it cannot be taken for another."""
        return self._drugs.listed(name)

    def recognize(self, codings: Sequence[Coding], text: str | None = None, *, forms: Sequence[str] = ()) -> DrugMatch:
        """The ingredients that codes, else words, of one concept name.

        `forms` are words of route and dose form, or the words systemic and local.
        """
        if self._replaced is not None:
            return self._replaced.recognize(codings, text, forms=forms)
        return self._drugs.recognize(codings, text, forms)

    def route(self, codings: Sequence[Coding], text: str | None = None) -> str | None:
        """Whether a route or dose form means the whole body ("systemic") or its place ("local"), None if unclear."""
        effects = [self._forms.of_code(self.fold(system), code) for system, code, _ in codings]
        if not any(effects):
            words = [text, *(display for _, _, display in codings)]
            effects = [self._forms.of_words(word) for word in words if isinstance(word, str)]
        found = together(effects)
        return found if found in (SYSTEMIC, LOCAL) else None

    # Quantities

    def unit(self, code: str | None, system: str | None = None, text: str | None = None) -> str | None:
        """The accepted UCUM unit of a quantity, or None if it cannot be read."""
        return self._units.unit(code, self.fold(system), text)

    def convert(self, value: Decimal, unit: str, to: str, subject: str | None = None) -> Decimal | None:
        """The value in another unit, exactly; None between units of different kinds."""
        return self._units.convert(value, unit, to, subject)

    def canonical_unit(self, subject: str) -> str | None:
        """The unit in which a measurement is answered and compared: that of its first code."""
        return self._observations.unit_of(subject)

    def plausible(self, subject: str, value: Decimal, unit: str | None) -> bool:
        """False if no patient can have this value."""
        return self._units.plausible(subject, value, unit)

    # Specimens

    def specimen(self, codings: Sequence[Coding], text: str | None = None) -> str | None:
        """What a specimen is: tissue, plasma, blood, saliva, fetal, donor ... or None."""
        return self._specimens.match(codings, text)
