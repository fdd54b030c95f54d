"""Variants: what is said to be there, whether it is, and how much of it can be told (V1-V24, 6.1, VR1-VR8)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from pmcds.fhir.observations import names
from pmcds.fhir.observations.answers import answer_in, interpretation_of, short
from pmcds.fhir.observations.coordinates import Coordinates, coordinates_of
from pmcds.fhir.observations.gene_results import Place, answer_words, presence
from pmcds.fhir.observations.genes import Named, genes_stated
from pmcds.fhir.observations.numbers import copies_in, quantity_of
from pmcds.fhir.observations.record import Record, Stated, stated_in
from pmcds.fhir.observations.stars import stated as star_of
from pmcds.fhir.values import as_dicts, clean, codings, extension
from pmcds.model.findings import Finding

_HUNDRED = Decimal(100)
# Units of an allele fraction; of words that no table knows ("decimal", "relative frequency") the number itself tells.
_SHARES = frozenset({"%", "1", "{ratio}", "{fraction}", None})

# Components that say which change was looked for, or where.
_NAMING = ("variation", "coding", "genomic", "protein", "dbsnp", "region")


@dataclass(slots=True)
class Change:
    """The identity of one variant as it is collected; `parts` are the members of its value."""

    parts: dict[str, Any] = field(default_factory=dict)
    genes: list[str] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    unchanged: bool = False
    build_differs: bool = False
    # The text that names it may deny it.
    doubted: bool = False

    @property
    def named(self) -> bool:
        """True if it says which change it is (V15: a gene alone does not)."""
        return any(name in self.parts for name in ("p", "c", "g", "spdi", "at", "ids", "text", "clinvar_name"))

    @property
    def small(self) -> bool:
        """True if it is a change of known bases or residues, so that no copies or partners are meant."""
        return any(name in self.parts for name in ("p", "c", "g", "spdi", "at"))


def change_of(record: Record) -> Change:
    """Everything that tells which variant a resource is about (VR1): the forms stay side by side."""
    change = Change()
    transcript = next(iter(record.words("transcript")), None)
    coordinates = coordinates_of(record)
    _discrete(record, change, transcript)
    for carried in ("coding", "genomic", "protein", "dbsnp"):
        for stated in record.stated(carried):
            _read_name(change, stated, carried, transcript)
    _older_form(record, change, transcript)
    _place(record, change, coordinates)
    _region(record, change)
    _details(record, change)
    change.unchanged = change.unchanged or coordinates.is_reference
    _build(record, change)
    return change


def _build(record: Record, change: Change) -> None:
    """Whether the assembly component agrees with the accessions of the places (VR5, T16)."""
    stated = set(answer_words(record, "assembly"))
    places = (change.parts.get("g", ""), change.parts.get("spdi", ""), change.parts.get("at", ""))
    meant = {build for place in places if (build := names.build_of(place.split(":")[0]))}
    change.build_differs = len(meant) > 1 or (len(stated) == 1 and bool(meant) and meant != stated)


def _discrete(record: Record, change: Change, transcript: str | None) -> None:
    """The variation code: an id, an SPDI, a ClinVar name or a text (V6-V9)."""
    terms = record.context.terms
    for stated in record.stated("variation"):
        for system, code, display in stated.codings:
            gene = names.clinvar_gene(clean(display))
            if gene:
                change.parts["clinvar_name"] = clean(display)
                change.genes.append(gene)
            if code and terms.fold(system) == "clinvar" and code.isdigit():
                _id(change, f"clinvar:{code}")
            elif code:
                _string(change, code, "variation", transcript)
        if stated.text and not stated.codings:
            _string(change, stated.text, "variation", transcript)


def _read_name(change: Change, stated: Stated, carried: str, transcript: str | None) -> None:
    for text in stated.strings:
        _string(change, text, carried, transcript)


def _string(change: Change, text: str, carried: str, transcript: str | None) -> None:
    """One string, read by what it is, not by where it stands (T17)."""
    spdi = names.spdi_of(text)
    if spdi is not None:
        change.parts.setdefault("spdi", str(spdi))
        change.unchanged = change.unchanged or spdi.ref == spdi.alt
        return
    rs = names.rs_of(text)
    if rs is not None:
        _id(change, rs)
        return
    found = names.hgvs_of(text)
    several = (found,) if found else names.hgvs_within(text)
    change.doubted = change.doubted or (found is None and bool(several) and _DOUBTED.search(text) is not None)
    for one in several:
        _hgvs(change, one, carried, transcript)
    if not several and carried == "variation" and names.clinvar_gene(text) is None:
        change.parts.setdefault("text", text)


def _hgvs(change: Change, one: names.Hgvs, carried: str, transcript: str | None) -> None:
    if one.gene:
        change.genes.append(one.gene)
    if one.kind == "p":
        protein = names.protein(one.body)
        if protein:
            change.parts.setdefault("p", protein)
        return
    change.unchanged = change.unchanged or names.is_unchanged(one)
    if one.kind in ("c", "n"):
        change.parts.setdefault("c", names.dna(one, transcript))
        if carried == "genomic":
            change.notes.append("coding change in the genomic component")
        if transcript and one.accession and one.accession.split(".")[0] != transcript.split(".")[0]:
            change.notes.append("transcript component differs from the change")
        return
    change.parts.setdefault("g", names.dna(one))
    if one.accession is None or "_" not in one.accession:
        change.missing.append("assembly")


def _id(change: Change, name: str) -> None:
    known = change.parts.get("ids", ())
    if name not in known:
        change.parts["ids"] = (*known, name)


def _older_form(record: Record, change: Change, transcript: str | None) -> None:
    """The extensions of the R4 base specification (V16)."""
    for url, carried in (
        ("observation-geneticsVariant", "variation"),
        ("observation-geneticsAminoAcidChange", "protein"),
        ("observation-geneticsDNARegionName", "region"),
    ):
        found = extension(record.data, url)
        if found is None:
            continue
        inner = [found, *as_dicts(found.get("extension"))]
        for stated in map(stated_in, inner):
            if carried == "region":
                change.parts["dna_region"] = (*change.parts.get("dna_region", ()), *stated.strings)
            else:
                _read_name(change, stated, carried, transcript)


def _place(record: Record, change: Change, found: Coordinates) -> None:
    if found.spdi is not None and not found.is_reference and "spdi" in change.parts:
        if change.parts["spdi"] != str(found.spdi):
            change.notes.append("coordinates and variation code differ")
    elif found.spdi is not None:
        change.parts.setdefault("spdi", str(found.spdi))
    if found.at is not None and not any(name in change.parts for name in ("p", "c", "g", "spdi")):
        change.parts["at"] = found.at
        change.missing += found.missing
    if found.region is not None and not change.small:
        change.parts["region"] = found.region


def _region(record: Record, change: Change) -> None:
    words = [word for stated in record.stated("region") for word in stated.strings]
    if words:
        change.parts["dna_region"] = (*change.parts.get("dna_region", ()), *words)


def _details(record: Record, change: Change) -> None:
    """Zygosity, allele fraction, copies, type, consequence, confidence."""
    zygosity = answer_words(record, "zygosity")
    if len(set(zygosity)) == 1:
        change.parts["zygosity"] = zygosity[0]
    for component in record.components.get("vaf", ()):
        _fraction(record, change, component)
    for copies in copies_in(record.components.get("copy-number", ()), record.context.terms):
        change.parts["copies"] = copies
    for carried, member in (("change-type", "type"), ("consequence", "consequence")):
        shown = [stated.shown for stated in record.stated(carried) if stated.shown]
        if shown:
            change.parts[member] = shown[0].replace("_", " ").lower()
    confidence = answer_words(record, "confidence")
    if confidence:
        change.parts["confidence"] = confidence[0]


def _fraction(record: Record, change: Change, component: dict[str, Any]) -> None:
    """The allele fraction as a number from 0 to 1 (T19)."""
    stated = quantity_of(component.get("valueQuantity"), record.context.terms)
    number = stated.quantity
    if number is None or stated.comparator or stated.unit not in _SHARES or not 0 <= number <= _HUNDRED:
        change.notes.append("allele fraction not readable")
    elif stated.unit == "%":
        change.parts["vaf"] = number / _HUNDRED
    elif number > 1:
        change.parts["vaf"] = number / _HUNDRED
        change.missing.append("vaf-unit")
    else:
        change.parts["vaf"] = number
        if stated.unit is None and stated.reason is None:
            change.missing.append("vaf-unit")


def variant_genes(record: Record, change: Change) -> tuple[tuple[Named, ...], str | None]:
    """The genes of a variant, and gene-conflict where component and accession differ (VR2)."""
    terms = record.context.terms
    own = genes_stated(record)
    if not own:
        asked = record.term.subject if record.term else None
        own = tuple(Named(symbol) for symbol in (asked or "").split("::") if symbol)
    told = tuple(dict.fromkeys(terms.gene_named(gene) or gene for gene in change.genes))
    if not own:
        return tuple(Named(symbol) for symbol in told), None
    if told and not {gene.symbol for gene in own} & set(told):
        return own, "gene-conflict"
    return own, None


def presence_of(record: Record, change: Change, genes: tuple[Named, ...]) -> tuple[str, str | None]:
    """Whether the variant is there, in the order of 6.1."""
    answer = answer_in(record.context.terms, record.data)
    word = short(answer.word) if answer.word else None
    interpreted = interpretation_of(record.context.terms, record.data)
    if answer.stated is None and interpreted is not None:
        word = interpreted
    status, reason = presence(word, answer.reason)
    if status == "absent" and interpreted == "present":
        return "conflicting", "value-conflict"
    if status == "absent" and reason is None and _name_lost(record, change):
        return "indeterminate", "value-unreadable"
    if status != "present":
        return status, reason
    return _if_present(change, genes, interpreted)


# Words beside a change that may deny it or leave it open; negation is not parsed (T54).
_DOUBTED = re.compile(
    r"\b(?:no|not|none|nor|never|without|negative|absent|absence|undetected|wild[- ]?type|excluded?|failed|cannot|"
    r"unable|insufficient|suspect\w+|equivocal|indeterminate|inconclusive|below|rule\w* out)\b"
    # "Probably damaging" is said of a change that was found.
    r"|\b(?:possibl[ey]|probabl[ey])\b(?! (?:damaging|deleterious|pathogenic|benign))"
    r"|(?<!p\.)\?\Z",
    re.IGNORECASE,
)


def presence_of_stated(record: Record, change: Change, genes: tuple[Named, ...], told: str) -> tuple[str, str | None]:
    """The same where the value is the change itself: what the text may deny, nobody can tell."""
    if _DOUBTED.search(told):
        return "indeterminate", "value-unreadable"
    return _if_present(change, genes, interpretation_of(record.context.terms, record.data))


def _if_present(change: Change, genes: tuple[Named, ...], interpreted: str | None) -> tuple[str, str | None]:
    status, reason = ("absent", "reference-call") if change.unchanged else ("present", None)
    if any(gene.doubtful for gene in genes):
        return "conflicting", "code-display"
    if status == "absent":
        return status, reason
    if interpreted == "absent" or change.doubted:
        return "conflicting", "value-conflict"
    if change.build_differs:
        return "indeterminate", "build-mismatch"
    if change.parts.get("vaf") == 0:
        return "conflicting", "vaf-zero"
    if change.parts.get("confidence") == "low":
        return "indeterminate", "low-confidence"
    return "present", None


# Words of a result that looked at a part of the gene.
_PART_OF_GENE = re.compile(r"\b(?:codon|exon|residue|hotspot)s?\b", re.IGNORECASE)


def _name_lost(record: Record, change: Change) -> bool:
    """True if what says which change was looked for cannot be read: nobody knows how far an absence reaches."""
    if scope_of(change) != "gene":
        return False
    if any(record.stated(carried) for carried in _NAMING):
        return True  # a name stands there, and no change could be read from it
    components = record.data.get("component")
    return isinstance(components, list) and any(_may_name(record, member) for member in components)


def _may_name(record: Record, component: Any) -> bool:
    """True for a component that may say which change was meant: unreadable, of no system, or with the look of one."""
    if not isinstance(component, dict):
        return True
    asked = [(system, code) for system, code, _ in codings(component.get("code")) if system and code]
    if any(record.context.terms.component(system, code) is not None for system, code in asked):
        return False
    return not asked or any(
        _PART_OF_GENE.search(text) or names.hgvs_of(text) or names.hgvs_within(text) or names.is_short_protein(text)
        for text in stated_in(component).strings
    )


def scope_of(change: Change) -> str:
    """How far an absence reaches (VR7, T08)."""
    if change.small or "ids" in change.parts:
        return "variant"
    if "text" in change.parts:
        return "variant" if names.is_short_protein(change.parts["text"]) else "category"
    return "region" if "dna_region" in change.parts or "region" in change.parts else "gene"


def star_value(record: Record) -> bool:
    """True if the value of a panel observation is an allele name, so that it is a haplotype (G11)."""
    return any(star_of(text).form in ("allele", "diplotype") for text in Place("haplotype", record.data).strings())


def stated_variant(record: Record) -> str | None:
    """A variant in the value of a per-gene "mutations found" observation (V20)."""
    for text in stated_in(record.data).strings:
        if names.hgvs_of(text) or names.hgvs_within(text) or names.is_short_protein(text):
            return text
    return None


def absent_everywhere(record: Record, change: Change, genes: tuple[Named, ...]) -> list[Finding]:
    """One absent finding for each gene of a pertinent negative; genes that are not named stay unknown (V13, T08)."""
    found = []
    for gene in genes:
        status, reason = ("conflicting", "code-display") if gene.doubtful else ("absent", None)
        value = {"row": "variant", **change.parts, "scope": scope_of(change)}
        found.append(record.finding("variant", gene.symbol, value, status=status, reason=reason, origin=True))
    return found


def codes_of(record: Record) -> tuple[str, ...]:
    """The LOINC codes of the question, for a result without value."""
    terms = record.context.terms
    return tuple(code for system, code, _ in codings(record.data.get("code")) if code and terms.fold(system) == "loinc")
