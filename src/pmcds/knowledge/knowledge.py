"""Rules, genes, terms and phrases, loaded from compiled cards, from a directory, or from documents."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from types import MappingProxyType
from typing import TYPE_CHECKING, Any, NamedTuple

from pmcds import _resources
from pmcds._version import __version__
from pmcds.errors import KnowledgeError, Problem
from pmcds.knowledge.files import PACK, Files, collect, rule_id, stem
from pmcds.knowledge.heads import ACTIVE, DRAFT, Head
from pmcds.knowledge.pack import Documents, snapshot, unpack
from pmcds.model.gene_tables import genes_of
from pmcds.model.genes import Gene, with_forms
from pmcds.model.rules import Rule

if TYPE_CHECKING:
    from pmcds.knowledge.citations import SourceFacts
    from pmcds.knowledge.conditions import Reader
    from pmcds.knowledge.vocabulary import Vocabulary
    from pmcds.terminology import Terms


# The table of other notations of single variants: cards/genes/variants.tsv.
VARIANTS = "variants"


class _Located(NamedTuple):
    """The layer and the path that the document of a rule stands in."""

    layer: int
    path: str


class Knowledge:
    """Everything that decides, immutable: rules are compiled when they are first asked for.

    rules       active rules, in order of their ids; `inactive` are drafts and retired ones
    genes       the gene files, by symbol
    terms       names and codes
    phrases     the words of the cards, by language
    pack        who made the cards, for whom and when
    overrides   ids of rules that a later layer of `+` replaced
    snapshot    digest of all documents and of the version of the library

    Knowledge made with `from_path` or `from_docs` is compiled as a whole on first use, and its names are checked;
    KnowledgeError then holds every problem. `from_path` refuses files that break YAML or schema at once.
    """

    def __init__(
        self, layers: Iterable[Documents], files: Mapping[int, Files] | None = None, *, drafts: bool = False
    ) -> None:
        self._layers = tuple(layers)
        self._drafts = drafts
        # The files behind a layer, where they were read just now: they know line and column of every value.
        self._files = dict(files or {})
        self._compiled: dict[str, Rule] = {}
        self._checked = False

    # Making

    @classmethod
    def bundled(cls) -> Knowledge:
        """The cards of this library: compiled in an installed wheel, read from the card files in a checkout."""
        data = _resources.packed_cards()
        if data is not None:
            return cls((unpack(data),))
        directory = _resources.cards_directory()
        if directory is None:
            raise KnowledgeError([Problem("cards.json", 0, 0, "the compiled cards are missing", "install again")])
        files = collect(directory, shown="cards")
        if files.problems:
            raise KnowledgeError(files.problems)
        return cls((Documents.of(files.documents()),))

    @classmethod
    def from_path(cls, path: str | Path) -> Knowledge:
        """The cards of a directory; KnowledgeError with every problem of YAML and schema."""
        from pmcds.knowledge.schema import schema_problems

        files = collect(Path(path))
        problems = (*files.problems, *schema_problems(files))
        if problems:
            raise KnowledgeError(problems)
        return cls((Documents.of(files.documents()),), {0: files})

    @classmethod
    def from_docs(cls, *layers: Mapping[str, Any]) -> Knowledge:
        """Knowledge of documents {path below cards: value}, in one or more layers, of which the last wins."""
        return cls(Documents.of(documents) for documents in layers)

    def __add__(self, other: object) -> Knowledge:
        if not isinstance(other, Knowledge):
            return NotImplemented
        offset = len(self._layers)
        files = {**self._files, **{offset + layer: found for layer, found in other._files.items()}}
        return Knowledge((*self._layers, *other._layers), files)

    def with_drafts(self) -> Knowledge:
        """The same knowledge with drafts counting as active: for trying a rule out, never for patients."""
        return Knowledge(self._layers, self._files, drafts=True)

    def __reduce__(self) -> tuple[Callable[..., Knowledge], tuple[tuple[Documents, ...], bool]]:
        return _restored, (self._layers, self._drafts)

    def __repr__(self) -> str:
        return f"<Knowledge {self.snapshot[:12]}: {len(self.heads)} rules>"

    def documents(self) -> list[dict[str, Any]]:
        """Every document by its path, for each layer: what `from_docs` takes."""
        return [layer.values() for layer in self._layers]

    # What stands in it

    @cached_property
    def snapshot(self) -> str:
        """The digest of all documents but the tests, and of the version of the library."""
        return snapshot(self._layers, __version__)

    @cached_property
    def _rules(self) -> Mapping[str, _Located]:
        found = {
            rule_id(path): _Located(number, path)
            for number, layer in enumerate(self._layers)
            for path in layer.of_kind("rule")
        }
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def overrides(self) -> tuple[str, ...]:
        """The ids of rules that stand in more than one layer: the last one counts."""
        seen: set[str] = set()
        twice: set[str] = set()
        for layer in self._layers:
            names = {rule_id(path) for path in layer.of_kind("rule")}
            twice |= names & seen
            seen |= names
        return tuple(sorted(twice))

    @cached_property
    def heads(self) -> tuple[Head, ...]:
        """Every rule in order of ids, uncompiled."""
        return tuple(self._layers[layer].heads[name] for name, (layer, _) in self._rules.items())

    def _document(self, name: str) -> Mapping[str, Any]:
        layer, path = self._rules[name]
        document: Mapping[str, Any] = self._layers[layer][path]
        return document

    @cached_property
    def rules(self) -> tuple[Rule, ...]:
        """Active rules in order of their ids."""
        self._ready()
        return tuple(self._rule(head.id) for head in self.heads if self._speaks(head))

    @cached_property
    def inactive(self) -> tuple[Rule, ...]:
        """Drafts and retired rules in order of their ids."""
        self._ready()
        return tuple(self._rule(head.id) for head in self.heads if not self._speaks(head))

    def _speaks(self, head: Head) -> bool:
        return head.status == ACTIVE or (self._drafts and head.status == DRAFT)

    def rule(self, name: str) -> Rule | None:
        """The rule with this id, active or not, or None; KnowledgeError if it cannot be compiled."""
        return self._rule(name) if name in self._rules else None

    def rules_for(self, drug: str) -> tuple[Rule, ...]:
        """Active rules that name this ingredient, in order of their ids."""
        names = self._by_drug.get(drug)
        if names is None:
            return ()
        self._ready()
        return tuple(self._rule(name) for name in names)

    @cached_property
    def patient_rules(self) -> tuple[Rule, ...]:
        """Active rules that need no order."""
        self._ready()
        return tuple(self._rule(head.id) for head in self.heads if self._speaks(head) and not head.drugs)

    @cached_property
    def _by_drug(self) -> Mapping[str, tuple[str, ...]]:
        found: dict[str, list[str]] = {}
        for head in self.heads:
            for drug in head.drugs if self._speaks(head) else ():
                found.setdefault(drug, []).append(head.id)
        return {drug: tuple(names) for drug, names in found.items()}

    @cached_property
    def drugs(self) -> frozenset[str]:
        """Every ingredient that an active rule names."""
        return frozenset(self._by_drug)

    @cached_property
    def genes(self) -> Mapping[str, Gene]:
        """The gene files by symbol; a source's own table of a gene by "symbol@table"."""
        found = genes_of(layer[path] for layer in self._layers for path in layer.of_kind("gene"))
        for table in self.term_documents(VARIANTS):
            found = with_forms(found, table)
        return MappingProxyType(dict(sorted(found.items())))

    @cached_property
    def terms(self) -> Terms:
        """Names and codes: later layers are merged into earlier ones."""
        from pmcds.terminology import Terms  # the build hook imports this room without it

        terms: Terms | None = None
        for layer in self._layers:
            documents = {stem(path): layer[path] for path in (*layer.of_kind("terms"), *layer.of_kind("table"))}
            terms = Terms.from_docs(documents) if terms is None else terms.merged(documents) if documents else terms
        return terms if terms is not None else Terms.from_docs({})

    def term_documents(self, name: str) -> tuple[Any, ...]:
        """The documents and tables of cards/terms with this name, one for each layer that has it."""
        kinds = ("terms", "table")
        found = (
            layer[path]
            for layer in self._layers
            for kind in kinds
            for path in layer.of_kind(kind)
            if stem(path) == name
        )
        return tuple(found)

    @cached_property
    def facts(self) -> SourceFacts:
        """What the sources that rules cite speak about, for the check; of all layers together."""
        from pmcds.knowledge.citations import SourceFacts

        return SourceFacts.of(layer[path] for layer in self._layers for path in layer.of_kind("facts"))

    @cached_property
    def vocabulary(self) -> Vocabulary:
        """What rule files can name."""
        from pmcds.knowledge.vocabulary import Vocabulary

        return Vocabulary(self)

    @cached_property
    def phrases(self) -> Mapping[str, Mapping[str, Any]]:
        """The words of the cards by language; later layers add to earlier ones."""
        found: dict[str, dict[str, Any]] = {}
        for layer in self._layers:
            for path in layer.of_kind("phrases"):
                document = layer[path]
                language = str(document.get("language") or stem(path))
                found[language] = _merged(found.get(language, {}), document)
        return MappingProxyType(found)

    @cached_property
    def pack(self) -> Mapping[str, Any]:
        """Who made the cards, for whom and when."""
        found: dict[str, Any] = {}
        for layer in self._layers:
            if PACK in layer.paths:
                found.update(layer[PACK])
        return MappingProxyType(found)

    @cached_property
    def tests(self) -> Mapping[str, Mapping[str, Any]]:
        """The tests of each rule, from the same layer as the rule."""
        found = {}
        for name, (layer, path) in self._rules.items():
            test = path.removesuffix(".yaml") + ".test.yaml"
            if test in self._layers[layer].digests:
                found[name] = self._layers[layer][test]
        return MappingProxyType(found)

    # Compiling

    @cached_property
    def _reader(self) -> Reader:
        from pmcds.knowledge.conditions import Reader

        return Reader(self.genes, self._converted)

    def _converted(self, value: Decimal, unit: str, subject: str) -> tuple[Decimal, str]:
        """A limit in the unit that answers about this subject are given in."""
        own = self.vocabulary.unit_of(subject)
        changed = None if own is None else self.terms.convert(value, unit, own, subject)
        return (value, unit) if own is None or changed is None else (changed, own)

    def _rule(self, name: str) -> Rule:
        rule = self._compiled.get(name)
        if rule is None:
            from pmcds.knowledge.compiling import rule_of  # a rule is compiled when it is first asked for

            rule = self._compiled[name] = rule_of(self._document(name), self._rules[name].path, self._reader)
        return rule

    def _ready(self) -> None:
        """Compile and check what no build has compiled, once: all problems of a directory come at once."""
        if self._checked:
            return
        problems = [*self._name_problems(), *self._compile_problems()]
        if problems:
            raise KnowledgeError(problems)
        self._checked = True

    def _name_problems(self) -> Iterator[Problem]:
        if not self._files:
            return
        from pmcds.knowledge.semantics import name_problems

        for layer, files in self._files.items():
            for source in files.of_kind("rule"):
                if self._rules[rule_id(source.path)].layer == layer:
                    yield from name_problems(source, self.vocabulary)

    def _compile_problems(self) -> Iterator[Problem]:
        for name, (layer, _) in self._rules.items():
            if not self._layers[layer].compiled:
                try:
                    self._rule(name)
                except KnowledgeError as error:
                    yield from error.problems


def _restored(layers: tuple[Documents, ...], drafts: bool) -> Knowledge:
    return Knowledge(layers, drafts=drafts)


def _merged(first: Mapping[str, Any], second: Mapping[str, Any]) -> dict[str, Any]:
    """Two mappings as one: the second wins, mappings inside are joined."""
    joined = dict(first)
    for name, value in second.items():
        own = joined.get(name)
        joined[name] = _merged(own, value) if isinstance(own, Mapping) and isinstance(value, Mapping) else value
    return joined
