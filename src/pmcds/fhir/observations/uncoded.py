"""Results that no code makes readable: what they mention is told, no value is taken from prose (E1, E3, E7, E10)."""

from __future__ import annotations

import re
from typing import Any, NamedTuple

from pmcds.fhir.observations import hla, stars
from pmcds.fhir.observations.answers import answer_in, short
from pmcds.fhir.observations.genes import genes_named
from pmcds.fhir.observations.numbers import quantity_of
from pmcds.fhir.observations.questions import asked_genes, known_system
from pmcds.fhir.observations.record import Record
from pmcds.fhir.values import as_dict, as_dicts, clean, codings, decimal_of, texts, values_of
from pmcds.model.findings import Finding

_STARS = re.compile(r"\*\d{1,3}[A-Z]?(?:x(?:N|\d+))?(?:/\*\d{1,3}[A-Z]?(?:x(?:N|\d+))?)?", re.ASCII)
_HLA_NAME = re.compile(r"(?:HLA-)?[A-Z][A-Z0-9]{0,4}\*\d{2,4}(?::\d{2,4})*", re.ASCII)
_RESULT_CATEGORIES = frozenset({"laboratory", "GE", "LAB", "genetics", "genomics"})
_MAX_PROSE = 20_000


class Unread(NamedTuple):
    """Findings of a resource without a known question, and the reason for its input line."""

    findings: list[Finding]
    ignored: str | None


def read_uncoded(record: Record) -> Unread:
    """What can be said of an Observation whose code nobody knows.

    With a code of a known system, or of another category than laboratory, it is not relevant, unless the question
    names a gene that rules ask for. Otherwise it may be a result: genes that it mentions make a finding without
    value, so that rules of these genes know of it, and what mentions none may be about any of them (H35).
    """
    later = _later_result(record)
    if later is not None:
        return Unread([later], None)
    foreign = _is_other(record)
    asked = asked_genes(record.context, record.question()) if foreign else ()
    if foreign and not asked:
        return Unread([], "not-relevant")
    if record.gate.reason == "security-label":
        # What it mentions would tell what is withheld (H64).
        return Unread([record.finding("report", None, None)], None)
    if asked:
        return Unread([_mention(record, gene, [], "unknown-code") for gene in asked], None)
    local = any(code for _, code, _ in codings(record.data.get("code")))
    values = _value_texts(record)
    question = " ".join(record.question())
    if local and values:
        exact = _local_result(record, question, values)
        if exact is not None:
            return Unread([exact], None)
    if not values and (question_answer := _question_with_answer(record)):
        question, values = question_answer
    prose = [*values, *_notes(record)]
    found = mentions(record, [question, *prose], "text-only")
    if found:
        return Unread(found, None)
    if _question_with_answer(record) and all(decimal_of(value) is not None for value in values):
        value = {"row": "reported-text", "mentions": ()}
        return Unread([record.finding("report", None, value, status="ignored", reason="not-genomic")], None)
    if local and (number := _local_number(record)) is not None:
        return Unread([number], None)
    value = {"row": "uncoded-result"}
    return Unread(
        [record.finding("report", None, value, status="indeterminate", reason="uncoded-result")], "uncoded-result"
    )


def _is_other(record: Record) -> bool:
    """True if the question is readable and none of ours, or the category is not that of results."""
    terms = record.context.terms
    if any(system and code and known_system(terms, system) for system, code, _ in codings(record.data.get("code"))):
        return True
    categories = _category(record)
    return bool(categories) and not categories & _RESULT_CATEGORIES


def _category(record: Record) -> frozenset[str]:
    value = record.data.get("category")
    found = {code or display or "" for _, code, display in codings(value)}
    text = texts(value)
    return frozenset(found | ({text} if text else set())) - {""}


def _value_texts(record: Record) -> list[str]:
    found = []
    for value in values_of(record.data).values():
        found += [clean(display) or "" for _, _, display in codings(value)]
        found.append(texts(value) or "")
    return [text[:_MAX_PROSE] for text in found if text]


def _notes(record: Record) -> list[str]:
    found = [clean(note["text"]) for note in as_dicts(record.data.get("note")) if isinstance(note.get("text"), str)]
    return [text[:_MAX_PROSE] for text in found if text]


def _question_with_answer(record: Record) -> tuple[str, list[str]] | None:
    """The HL7 v2 conversion that puts question and answer into code and display of one coding (E10)."""
    members = codings(record.data.get("code"))
    if len(members) == 1 and members[0][0] is None and members[0][1] and members[0][2]:
        return members[0][1], [clean(members[0][2]) or ""]
    return None


def _local_result(record: Record, question: str, values: list[str]) -> Finding | None:
    """A well-formed diplotype under a local code, readable once the site maps the code (E7)."""
    genes = genes_named(record.context.terms, question)
    if len(genes) != 1:
        return None
    gene = record.context.genes.get(genes[0])
    read = stars.stated(values[0], gene, genes[0])
    if read.form != "diplotype":
        return None
    return record.finding("genotype", genes[0], read.value, status="indeterminate", reason="uncoded-result")


def _local_number(record: Record) -> Finding | None:
    """A measured value under a local code, shown under the name that the laboratory gives it (L5)."""
    if not as_dict(record.data.get("valueQuantity")):
        return None
    number = quantity_of(record.data["valueQuantity"], record.context.terms)
    named = next(iter(record.question()), None)
    system, code, _ = codings(record.data.get("code"))[0]
    if number.quantity is None or named is None:
        return None
    value: dict[str, Any] = {"local_code": f"{system or ''}|{code or ''}", **number.value()}
    subject = re.sub(r"(?<=\w)\(", " (", named).lower()
    return record.finding(
        "laboratory", subject, value, status="indeterminate", reason="uncoded-result", unit=number.unit
    )


def _later_result(record: Record) -> Finding | None:
    """A negative validation of an earlier result, which is then in doubt (T26)."""
    if not any(
        str(member.get("url", "")).endswith("observation-sequelTo") for member in as_dicts(record.data.get("extension"))
    ):
        return None
    answer = answer_in(record.context.terms, record.data)
    if answer.word is None or short(answer.word) != "absent":
        return None
    value = {"row": "variant", "as_stated": ": ".join([*record.question()[:1], answer.stated or ""])}
    return record.finding(
        "variant", None, value, status="conflicting", reason="later-result", missing=("variant", "gene")
    )


def mentions(record: Record, prose: list[str], reason: str) -> list[Finding]:
    """One finding without a usable value for each gene that a text names; negation is not parsed (T54)."""
    found: dict[str, list[str]] = {}
    for text in prose:
        for line in re.split(r"[.;\n](?=\s|$)", text):
            names = [name.group() for name in _HLA_NAME.finditer(line)]
            for name in names:
                allele = hla.allele_of(name)
                if allele is not None and allele.locus is not None and record.context.terms.gene_named(allele.locus):
                    found.setdefault(allele.locus, []).append(name)
            line = _HLA_NAME.sub(" ", line) if names else line
            for gene in genes_named(record.context.terms, line.replace("*", " *")):
                found.setdefault(gene, []).extend(_STARS.findall(line))
    return [_mention(record, gene, words, reason) for gene, words in sorted(found.items())]


def _mention(record: Record, gene: str, words: list[str], reason: str) -> Finding:
    value: dict[str, Any] = {"row": "reported-text", "mentions": tuple(dict.fromkeys(words))}
    return record.finding("report", gene, value, status="indeterminate", reason=reason)
