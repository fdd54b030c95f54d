"""What a laboratory concludes: implications for drugs, significance, molecular consequences (G20-G29, P, V19)."""

from __future__ import annotations

from typing import Any

from pmcds.fhir.observations import names
from pmcds.fhir.observations.answers import Answer, answer_in, answer_of
from pmcds.fhir.observations.gene_results import answer_words, phenotype_at
from pmcds.fhir.observations.genes import genes_in, genes_stated, linked_genes, which_gene
from pmcds.fhir.observations.phenotype import is_own_phenotype, is_phenotype
from pmcds.fhir.observations.record import Record, Stated, record_of, stated_in
from pmcds.fhir.values import as_dicts, codings, reference_of, texts, values_of
from pmcds.model.findings import Finding

SIGNIFICANCES = frozenset({"pathogenic", "likely pathogenic", "uncertain significance", "likely benign", "benign"})
_RISK_EXTENSIONS = ("genomic-risk-assessment", "genomics-risk-assessment")


def read_implication(record: Record) -> list[Finding]:
    """A phenotype where the answer is one (G20-G23), else a statement of the report that is only shown (G29)."""
    elements = list(record.components.get("implication", ()))
    if values_of(record.data):
        elements.append(record.data)
    found: list[Finding] = []
    effects: list[str] = []
    for element in elements:
        phenotype = _phenotype(record, element)
        if phenotype is not None:
            found.append(phenotype)
        elif shown := _effect(record, element):
            effects.append(shown)
    if not found or effects:
        found.append(_reported(record, effects))
    if record.components.get("significance"):
        found += read_significance(record)
    return found


def _phenotype(record: Record, element: dict[str, Any]) -> Finding | None:
    strings = [text for text in (stated_in(element).text, stated_in(element).shown) if text]
    verdict = which_gene(record, genes_in(record.context.terms, strings))
    read = phenotype_at(record, element, verdict.symbol)
    if read.reason in ("code-display", "value-conflict"):
        return record.finding("phenotype", verdict.symbol, None, status="conflicting", reason=read.reason)
    gene = record.context.genes.get(verdict.symbol or "")
    own = is_own_phenotype(read.word, gene) if read.word else False
    # Words that answer what a gene does to drugs, and are none of its phenotypes, are an answer that nobody can read.
    unread = gene is not None and strings and record.term is not None and record.term.kind == "metabolism"
    unread = unread and not answer_in(record.context.terms, element).by_code
    if not unread and (read.word is None or not (own or is_phenotype(read.word) or read.reason == "phenotype-range")):
        return None
    status, reason = verdict.status, verdict.reason
    if reason is None:
        status, reason = read.status, read.reason
    return record.finding(
        "phenotype", verdict.symbol, read.word, status=status, reason=reason, matched=verdict.matched,
        missing=verdict.missing, notes=(*_drug_note(record), *verdict.notes),
    )  # fmt: skip


def _drug_note(record: Record) -> tuple[str, ...]:
    # The drug that a report names is no evidence that gene and drug belong together (T33).
    drugs = _drugs(record)
    return (f"reported for {drugs}",) if drugs else ()


def _effect(record: Record, element: dict[str, Any]) -> str | None:
    answer = answer_in(record.context.terms, element)
    return answer.word if answer.by_code and answer.word else stated_in(element).shown


def _drugs(record: Record) -> str | None:
    found = [shown for stated in record.stated("drug") if (shown := stated.shown)]
    return " + ".join(found or _referenced_drugs(record)) or None


def _referenced_drugs(record: Record) -> list[str]:
    """Names of the medications that the STU2 extension refers to, contained ones first (section 15)."""
    found = []
    contained = {str(member.get("id", "")): member for member in as_dicts(record.data.get("contained"))}
    for member in as_dicts(record.data.get("extension")):
        reference = reference_of(member.get("valueReference"))
        if reference is None or not str(member.get("url", "")).endswith("/medication-assessed"):
            continue
        target = record.opened.resolve(reference, record.site)
        data = target.data if target is not None and target.data else contained.get(reference.lstrip("#"), {})
        shown = Stated(codings(data.get("code")), texts(data.get("code"))).shown
        if shown:
            found.append(shown)
    return found


def _reported(record: Record, effects: list[str]) -> Finding:
    value: dict[str, Any] = {"row": "reported-implication"}
    if effects:
        value["effect"] = "; ".join(effects)
    context = tuple(shown for stated in record.stated("condition") if (shown := stated.shown))
    if context:
        value["context"] = context
    genes = tuple(gene.symbol for gene in genes_stated(record)) or linked_genes(record)[0]
    if genes:
        value["genes"] = genes
    return record.finding("implication", _drugs(record), value)


def read_significance(record: Record, *, own: bool = False) -> list[Finding]:
    """The stated significance of the linked variants; the engine never classifies (P1-P9, T37-T41).

    With `own` it is that of the variant which the resource itself is, if it is derived from no other.
    """
    value: dict[str, Any] = {"row": "significance"}
    answer = _significance(record)
    status, reason = "present", None
    if answer.reason in ("code-display", "value-conflict"):
        status, reason = "conflicting", answer.reason
        value["as_stated"] = answer.stated
    elif answer.word in SIGNIFICANCES:
        value["significance"] = answer.word
    elif answer.stated is not None:
        status, reason = "indeterminate", "unknown-code"
        value["as_stated"] = answer.stated
    else:
        status, reason = "ignored", "value-absent"
    context = tuple(shown for stated in record.stated("condition") if (shown := stated.shown))
    if context:
        value["condition"] = context
    effects = tuple(shown.replace("_", " ") for stated in record.stated("functional-effect") if (shown := stated.shown))
    if effects:
        value["functional_effect"] = effects
    held = [link for link in record.links() if link.site is not None and not link.other_patient]
    if held:
        value["variant"] = tuple(dict.fromkeys(link.site.key for link in held if link.site))
    elif own:
        value["variant"] = (record.site.key,)
    if _polygenic(record):
        return [record.finding("variant", None, value, status="ignored", reason="polygenic", missing=("variant",))]
    if reason is not None:
        missing = () if held or reason != "code-display" else ("variant",)
        return [record.finding("variant", _subject(record), value, status=status, reason=reason, missing=missing)]
    if not held and not own:
        broken = any(link.other_patient for link in record.links())
        return [_unlinked(record, value, broken)]
    doubtful = any(
        gene.doubtful
        for link in held
        if link.site is not None
        for gene in genes_stated(record_of(link.site, record.opened, record.context))
    )
    if doubtful:
        return [record.finding("variant", None, value, status="conflicting", reason="code-display")]
    return [record.finding("variant", _subject(record), value)]


def _significance(record: Record) -> Answer:
    terms = record.context.terms
    components = record.stated("significance")
    if components:
        found = [answer_of(terms, stated.codings, stated.text) for stated in components]
        words = {one.word for one in found if one.word}
        if len(words) > 1:
            return Answer(None, found[0].stated, "value-conflict")
        return next((one for one in found if one.reason == "code-display"), found[0])
    return answer_in(terms, record.data)


def _subject(record: Record) -> str | None:
    genes = tuple(gene.symbol for gene in genes_stated(record)) or linked_genes(record)[0]
    return genes[0] if len(genes) == 1 else None


def _polygenic(record: Record) -> bool:
    """True if the number stands in a risk assessment: such a result is no variant, however it is coded (P8, T37)."""
    return any(
        str(member.get("url", "")).rsplit("/", 1)[-1] in _RISK_EXTENSIONS
        for member in as_dicts(record.data.get("extension"))
    )


def _unlinked(record: Record, value: dict[str, Any], other_patient: bool) -> Finding:
    if other_patient:
        return record.finding("variant", None, value, status="conflicting", reason="link-other-patient")
    return record.finding(
        "variant", None, value, status="indeterminate", reason="variant-unresolved", missing=("variant",)
    )


def read_consequence(record: Record) -> list[Finding]:
    """Effect of the linked variant on transcript and protein (V19, F4)."""
    value: dict[str, Any] = {"row": "consequence"}
    transcript = next(iter(record.words("transcript")), None)
    for carried in ("coding", "protein"):
        for text in record.words(carried):
            for one in (names.hgvs_of(text),) if names.hgvs_of(text) else names.hgvs_within(text):
                if one is not None and one.kind == "p":
                    value.setdefault("p", names.protein(one.body))
                elif one is not None:
                    value.setdefault("c", names.dna(one, transcript))
    if "fusion" in (*answer_words(record, "consequence"), *answer_words(record, "functional-effect")):
        value["fusion"] = True
    effects = tuple(_term(shown) for stated in record.stated("consequence") if (shown := stated.shown))
    if effects:
        value["consequence"] = effects
    functional = [_term(shown) for stated in record.stated("functional-effect") if (shown := stated.shown)]
    if functional:
        value["functional_effect"] = functional[0] if len(functional) == 1 else tuple(functional)
    found = []
    held = [link for link in record.links() if link.site is not None and not link.other_patient]
    if held:
        value["variant"] = tuple(dict.fromkeys(link.site.key for link in held if link.site))
        found.append(record.finding("variant", _subject(record), value))
    else:
        found.append(_unlinked(record, value, any(link.other_patient for link in record.links())))
    if record.components.get("significance"):
        found += read_significance(record)
    return found


def _term(shown: str) -> str:
    return shown.strip().replace(" ", "_")
