"""What each word and code of the terms that are kept by hand means, in one line each: a text for people.

`scripts/record --vocabulary` writes it. A change of the terms, or of how they are looked up, that moves a
line is to be read before it is kept.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from pmcds.model.findings import DrugMatch
from pmcds.terminology import Terms
from tests.terminology.conftest import documents

FILE = Path(__file__).with_name("vocabulary.txt")
UCUM = "http://unitsofmeasure.org"
# What stands for a gene and for an allele in the texts of questions.
PLACES = {"{gene}": "CYP2C19", "{allele}": "HLA-B*57:01", "{phenotype}": "Poor Metabolizer"}


def lines(docs: dict[str, Any]) -> list[str]:
    """Every line of the record."""
    terms = Terms.from_docs(docs)
    return [
        *_systems(terms, docs["systems"]), *_observations(terms, docs["observations"]), *_units(terms, docs["units"]),
        *_conditions(terms, docs["conditions"]["conditions"]), *_cancers(terms, docs["cancers"]),
        *_nodes(terms, docs["oncotree"]), *_specimens(terms, docs["specimens"]["specimens"]),
        *_forms(terms, docs["forms"]), *_drugs(terms, docs["drugs_more"]), *_genes(terms, docs["genes_more"]["genes"]),
        *_raw("markers", docs["markers"]), *(f"unverified: {one}" for one in terms.unverified()),
    ]  # fmt: skip


def _of(value: Any) -> list[str]:
    return [] if value is None else [value] if isinstance(value, str) else list(value)


def _systems(terms: Terms, document: Any) -> Iterator[str]:
    for name, entry in document["systems"].items():
        for said in _of(entry.get("spellings")):
            yield f"system {said} = {terms.fold(said)}, {terms.fold(said.upper() + '/')}"
        for said in _of(entry.get("starts_with")):
            yield f"system {said}... = {terms.fold(said)}, {terms.fold(said + '-x')}"
        yield f"address of {name} = {terms.address(name)}"
        judged = [
            terms.recognize([(terms.address(name), code, None)], text).outside_tables
            for code in ("999999999", "99999") for text in (None, "xyzzy")
        ]  # fmt: skip
        yield f"{name} without a row = {judged}"


def _coded(terms: Terms, key: str) -> tuple[str, str]:
    system, _, code = key.partition(":")
    return terms.address(system), code


def _observations(terms: Terms, document: Any) -> Iterator[str]:
    for entry in document["observations"]:
        for key in (*_of(entry.get("code")), *_of(entry.get("codes"))):
            yield f"question {key} = {_plain(terms.observation(*_coded(terms, key)))}"
    for key in document["components"]:
        yield f"component {key} = {terms.component(*_coded(terms, key))}"
    for key in document["answers"]:
        yield f"answer {key} = {terms.answer(*_coded(terms, key))}"
    for said in _all(document["words"]):
        yield f"word {said} = {terms.word(said)}, {terms.word(said.upper() + ' ')}"
    for said in _all(document["phenotypes"]):
        yield f"phenotype {said} = {terms.phenotype_word(said)}, {terms.phenotype_word(said.upper() + ' ')}"
    for entry in document["names"]:
        said = _filled(entry["text"])
        yield f"question {said} = {_plain(terms.question(said))}, {terms.question(said.upper() + ':') is not None}"
    for entry in document["indicators"]:
        said = _filled(entry["text"])
        yield f"indicator {said} = {terms.indicator(said)}"
    yield from _raw("plausible", document["plausible"])
    for subject in document["current_for"]:
        yield f"months of {subject} = {terms.current_for(subject)}"
    yield f"scales = {sorted(terms.scales)}"
    for subject in dict.fromkeys(row.get("subject") for row in (*document["observations"], *document["names"])):
        yield f"unit of {subject} = {terms.canonical_unit(subject) if subject else None}"


def _all(spellings: dict[str, Any]) -> Iterator[str]:
    for said in spellings.values():
        yield from _of(said)


def _filled(text: str) -> str:
    for place, value in PLACES.items():
        text = text.replace(place, value)
    return text


def _plain(term: Any) -> str:
    return "None" if term is None else " | ".join(f"{name} {value}" for name, value in term._asdict().items() if value)


def _units(terms: Terms, document: Any) -> Iterator[str]:
    yield from _raw("kind", document["kinds"])
    for said in _all(document["spellings"]):
        yield f"unit {said} = {terms.unit(None, None, f' {said} ')}, {terms.unit(said, UCUM)}"
    for key in document["codes"]:
        system, code = _coded(terms, key)
        yield f"unit {key} = {terms.unit(code, system, 'mg/dL')}"
    yield from _raw("analyte", document["analytes"])


def _conditions(terms: Terms, document: Any) -> Iterator[str]:
    for name, entry in document.items():
        for said in (name, *_of(entry.get("names"))):
            yield f"diagnosis {said} = {_meant(terms, [], said)}"
        codes = (*_of(entry.get("codes")), *_of((entry.get("unverified") or {}).get("codes")))
        for key in (*codes, *_of(entry.get("except"))):
            yield f"diagnosis {key} = {_meant(terms, [key])}"
            if key.startswith("icd10"):
                yield f"diagnosis {_below(key)} = {_meant(terms, [_below(key)])}"
        yield f"{name} brings {terms.brings(name)}, is written {terms.condition_codings(name)}"


def _below(key: str) -> str:
    """A code below a code of a classification, in the German edition where the code holds for all."""
    edition, _, code = key.partition(":")
    below = f"{code}80" if len(code) == 1 else f"{code}1" if "." in code else f"{code}.1"
    return f"{'icd10gm' if edition == 'icd10' else edition}:{below}"


def _meant(terms: Terms, keys: list[str], text: str | None = None) -> str:
    match = terms.conditions([(*_coded(terms, key), None) for key in keys], text)
    return f"{'; '.join(match.names)} / {'; '.join(match.cancers)} / maybe {'; '.join(match.imprecise)} by {match.how}"


def _cancers(terms: Terms, document: Any) -> Iterator[str]:
    for name, entry in document["cancers"].items():
        for said in (name, *_of(entry.get("names"))):
            yield f"tumor {said} = {_meant(terms, [], said)}"
        yield f"{name} is written {terms.condition_codings(name)}"
    for key in document["codes"]:
        yield f"tumor {key} = {_meant(terms, [key])}"
        if key.startswith("icd10"):
            yield f"tumor {_below(key)} = {_meant(terms, [_below(key)])}"


def _nodes(terms: Terms, table: str) -> Iterator[str]:
    """Nodes of the tree with the types of rules that they are or may be; those of none are left out."""
    for line in table.splitlines():
        code = line.split("\t")[0]
        if not code.startswith("#") and code != "code":
            match = terms.conditions([("http://oncotree.mskcc.org", code, None)])
            types = sorted({*match.cancers} - {"solid tumor", "solid tumor other than colorectal"})
            yield f"node {code} = {len(match.cancers)}: {'; '.join(types)} / maybe {'; '.join(match.imprecise)}"


def _specimens(terms: Terms, document: Any) -> Iterator[str]:
    for name, entry in document.items():
        for said in (name, *_of(entry.get("names"))):
            yield f"specimen {said} = {terms.specimen([], said)}, {terms.specimen([], f'the {said} of today')}"
        for key in _of(entry.get("codes")):
            yield f"specimen {key} = {terms.specimen([(*_coded(terms, key), None)])}"


def _forms(terms: Terms, document: Any) -> Iterator[str]:
    for effect in ("systemic", "local", "unclear"):
        for said in document[effect]["words"]:
            order = terms.recognize([], f"clopidogrel {said}")
            # Letters with a point between them are taken for a further name today; that is no rule.
            unmapped = None if "." in said else order.unmapped
            yield f"form {said} = {terms.route([], said)}, {order.systemic}, {unmapped}"
        for key in document[effect]["codes"]:
            system, code = _coded(terms, key)
            with_tablet = terms.route([(system, code, None), (terms.address("orderable-form"), "TAB", None)])
            yield f"form {key} = {terms.route([(system, code, None)])}, with a tablet {with_tablet}"
    for said in (*document["units"], *document["packaging"], *document["salts"]):
        alone = terms.recognize([], f"clopidogrel + {said}").unmapped
        tied = terms.recognize([], f"clopidogrel 75{said}").unmapped
        yield f"filler {said} = {terms.recognize([], f'clopidogrel {said}').unmapped}, {alone}, {tied}"
    yield f"biologic = {document['biologic_suffix']}"


def _drug(match: DrugMatch) -> str:
    return f"{' + '.join(match.ingredients)} and {match.unmapped}, {match.systemic}, {match.how}"


def _drugs(terms: Terms, document: Any) -> Iterator[str]:
    for kind in ("same", "synonyms", "brands"):
        for name, said in document[kind].items():
            for one in (name, *_of(said)):
                yield f"drug {one} = {_drug(terms.recognize([], one))}"
    for name, entry in document["drugs"].items():
        yield f"drug {name} = {_term(terms, name)}"
        for system in entry:
            for code in _of(entry[system]) if system != "status" else ():
                yield f"drug {system}:{code} = {_drug(terms.recognize([(terms.address(system), code, None)]))}"
    for code in document["products"]:
        yield f"drug rxnorm:{code} = {_drug(terms.recognize([(terms.address('rxnorm'), code, None)]))}"
    for name, entry in document["combinations"].items():
        for said in (name, *_of(entry.get("synonyms"))):
            yield f"drug {said} = {_term(terms, said)}, {_drug(terms.recognize([], said))}"
        yield f"made up by {entry['parts']} = {terms.combinations(entry['parts'])}"
    for code in document["atc_combinations"]:
        yield f"drug atc:{code} = {_drug(terms.recognize([(terms.address('atc'), code.lower(), None)]))}"


def _term(terms: Terms, name: str) -> str:
    term = terms.drug(name)
    return "None" if term is None else f"{term.name} {list(term.codes)} {list(term.parts)}"


def _genes(terms: Terms, document: Any) -> Iterator[str]:
    for symbol, entry in document.items():
        by_id = terms.gene(terms.address("hgnc"), entry["hgnc"]) if "hgnc" in entry else None
        aliases = {alias: terms.gene_named(alias) for alias in _of(entry.get("aliases"))}
        yield f"gene {symbol} = {terms.gene_named(symbol)}, {terms.gene_id(symbol)}, {by_id}, {aliases}"


def _raw(name: str, value: Any) -> Iterator[str]:
    """A part of a document as it stands."""
    items: Iterable[tuple[Any, Any]]
    if isinstance(value, dict) and "if" not in value:
        items = value.items()
    elif isinstance(value, list) and value and isinstance(value[0], dict):
        items = enumerate(value, start=1)
    else:
        yield f"{name} = {value}"
        return
    for key, inner in items:
        yield from _raw(f"{name} / {key}", inner)


def whole_record() -> str:
    """All lines of the record."""
    return "\n".join(lines(documents())) + "\n"
