"""Write cards/genes/variants.tsv: other notations of the single variants that gene files name.

    scripts/build_variants.py [DATA]   DATA holds data/biomarkers; else PMCDS_SHARED, else ../shared beside the checkout

A record of a source is about a variant if its own protein (or coding) name is the canonical one, or a numbering of
`OTHER_NUMBERS`, each with the reason. All notations of the record are then forms of the variant, with the record's id
as source. A form that would stand for two variants is left out, and so are rs numbers, which name a place and not
its bases. Transcripts are compared with the gene file by the codon of their coding forms.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

import yaml

from pmcds.infer.protein import nucleotide, protein

CHECKOUT = Path(__file__).resolve().parents[1]
GENES = CHECKOUT / "cards" / "genes"
TARGET = GENES / "variants.tsv"
SINGLE = ("any_of", "except")
HEAD = """\
# Other notations of single variants, and transcripts with the numbering of the gene files (=) or another one (~).
# Written by scripts/build_variants.py; do not edit. Rows are sorted.
# CIViC 2019-10 and 2022-09 (CC0); ClinVar sets of biocommons/hgvs (Apache-2.0, ClinVar: US Government);
# variation-normalization of the VICC (MIT); RefSeq transcripts of CPSR (MIT).
"""
# Names of a variant that count otherwise than the gene file, from the list of isoform and numbering traps.
OTHER_NUMBERS = {
    ("FGFR3", "p.Tyr373Cys"): ("p.Tyr375Cys",),  # VT-01
    ("RUNX1", "p.Ala134Pro"): ("p.Ala107Pro",),  # VT-03
    ("FCGR3A", "p.Phe176Val"): ("p.Phe212Val",),  # VT-04
    ("ABL1", "p.Thr315Ile"): ("p.Thr334Ile",),  # VT-05
    ("BRAF", "p.Val600Glu"): ("p.Val512Glu",),  # VT-06
    ("TTR", "p.Val142Ile"): ("p.Val122Ile",),  # VT-08
    ("TTR", "p.Val50Met"): ("p.Val30Met",),
    ("F5", "p.Arg534Gln"): ("p.Arg506Gln",),  # VT-09
}
# Forms that the list of traps states and no record of the sources has.
STATED = (
    ("BRAF", "p.Val600Glu", "NC_000007.14:g.140753336A>T", "VS-014"),
    ("ABL1", "p.Thr315Ile", "NM_005157.5:c.944C>T", "VT-05"),
    # An rs number names a place; this one is read as the usual change, whatever the observation says about it (VS-135).
    ("F5", "p.Arg534Gln", "rs6025", "VS-135"),
)
# Forms of a record that another record of the source contradicts.
CONTRADICTED = {
    # CIViC 802 has K83E (K110E) as c.247A>G on this transcript, 27 residues shorter; c.400 is that of NM_001754.
    ("RUNX1", "ENST00000344691.4:c.400G>C"),
}
CHROMOSOMES = {f"NC_{number:06d}": str(number) for number in range(1, 23)} | {"NC_000023": "X", "NC_000024": "Y"}
_GENOMIC = re.compile(r"(NC_\d{6})\.(\d+):(g\.\d+[ACGT]>[ACGT])")
_PLACE = re.compile(r"(\d{1,2}|X|Y)-(\d+)-([ACGT])-([ACGT])")


class Record(NamedTuple):
    """The notations of one variant in one source."""

    gene: str
    source: str
    forms: tuple[str, ...]


def variants() -> dict[str, set[str]]:
    """The single variants of each gene file, by canonical name."""
    found: dict[str, set[str]] = {}
    for path in sorted(GENES.glob("*.yaml")):
        document = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        for name, spec in (document.get("variants") or {}).items():
            if "same" in spec:
                found.setdefault(document["gene"], set()).add(name)
    return found


def records(data: Path) -> Iterator[Record]:
    """Every record of the sources that gives notations of a variant."""
    for row in _lines(data / "civic" / "civic_2019-10_variants_equivalence.jsonl"):
        forms = [*row["hgvs"]]
        if row.get("allele_registry_id"):
            forms.append(row["allele_registry_id"])
        if (row.get("clinvar_ids") or "").isdigit():
            forms.append(f"clinvar:{row['clinvar_ids']}")
        yield Record(row["gene"], f"CIViC {row['variant_id']}", tuple(forms))
    genes_of = {
        row["variant_id"]: row["gene"] for row in _lines(data / "civic" / "civic_2019-10_variants_equivalence.jsonl")
    }
    for row in _lines(data / "civic" / "civic_2022-09_variation_descriptors_vrs.jsonl"):
        number = row["id"].rpartition(":")[2]
        refs = row.get("xrefs") or ()
        forms = [one["value"] for one in (row.get("expressions") or ())]
        forms += [ref.partition(":")[2] for ref in refs if ref.startswith("caid:")]
        forms += [ref for ref in refs if ref.startswith("clinvar:")]
        if number in genes_of:
            yield Record(genes_of[number], f"CIViC {number}", tuple(forms))
    lines = (data / "variants" / "clinvar_equivalence_dev.tsv").read_text(encoding="utf-8").splitlines()
    for line in lines[1:]:
        gene, number, stated, status, *_ = line.split("\t")
        if status == "agreed":
            yield Record(gene, f"ClinVar {number}", (*stated.split(), f"clinvar:{number}"))
    for row in _lines(data / "variants" / "vicc_equivalence_groups.jsonl"):
        gene = row["id"].partition("_")[0]
        yield Record(gene, f"VICC {row['id']}", tuple(member.strip() for member in row["members"]))

    for row in _lines(data / "variants" / "pmcds_variant_strings_dev.jsonl"):
        gene, _, name = (row.get("canonical") or "").partition(":")
        if re.fullmatch(r"(?:NP_|ENSP)[\d.]+:p\.\w+", row["input"]) and name:
            yield Record(gene, "project", (row["input"], f"{gene}:{name}"))


def _lines(path: Path) -> Iterator[dict[str, Any]]:
    for line in path.read_text(encoding="utf-8").splitlines():
        if line.strip():
            yield json.loads(line)


def about(record: Record, names: set[str]) -> str | None:
    """The canonical name that a record is about, or None; the protein forms decide, then the table of VICC ids."""
    told = {change.name for form in record.forms if (change := protein(_change(form))) is not None}
    for name in sorted(names):
        if name in told or told & set(OTHER_NUMBERS.get((record.gene, name), ())):
            return name
    if record.source.startswith("VICC BRAF_V600E"):
        return "p.Val600Glu" if "p.Val600Glu" in names else None
    return None


def _change(form: str) -> str:
    last = form.replace("(", " ").replace(")", " ").split(":")[-1].split()
    return last[-1] if last and last[-1].startswith("p.") else form.rpartition(":")[2]


def normal(form: str) -> Iterator[str]:
    """A notation as it is compared; a genomic one also by chromosome or gene alone, whatever the assembly."""
    place = _PLACE.fullmatch(form)
    if place is not None:
        yield f"{place[1]}:g.{place[2]}{place[3]}>{place[4]}"
        yield f"g.{place[2]}{place[3]}>{place[4]}"
        return
    genomic = _GENOMIC.fullmatch(form)
    if genomic is not None:
        yield form
        yield f"{CHROMOSOMES[genomic[1]]}:{genomic[3]}"
        yield genomic[3]
        return
    if re.fullmatch(r"CA\d+|clinvar:\d+", form):
        yield form
        return
    accession, colon, change = form.rpartition(":")
    base = nucleotide(change)
    found = protein(change)
    if colon and re.fullmatch(r"(?:N[MP]_|ENS[TP])\d+(?:\.\d+)?", accession) and (base or found):
        yield f"{accession}:{found.name if found is not None else base.name if base is not None else change}"


def rows(data: Path) -> list[tuple[str, str, str, str]]:
    """Every row of the table, sorted."""
    wanted = variants()
    by_form: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for record in records(data):
        name = about(record, wanted.get(record.gene, set()))
        if name is not None:
            stated = (one for one in record.forms if (record.gene, one) not in CONTRADICTED)
            for form in (one for given in stated for one in normal(given)):
                by_form[record.gene, form].setdefault(name, record.source)
    for gene, name, form, source in STATED:
        if name in wanted.get(gene, ()):
            by_form[gene, form].setdefault(name, source)
    for (gene, name), others in OTHER_NUMBERS.items():
        if name in wanted.get(gene, ()):
            for other in others:
                by_form[gene, other].setdefault(name, "numbering")
    found = [
        (gene, name, form, source)
        for (gene, form), names in by_form.items()
        if len(names) == 1
        for name, source in names.items()
    ]
    accessions = numbering(found) | canonical_transcripts(data, set(wanted) | _numbered())
    for gene, accession, sign, source in sorted(accessions):
        found.append((gene, sign, accession, source))
    return sorted(set(found))


def _numbered() -> set[str]:
    return {path.stem for path in GENES.glob("*.yaml") if "\nkey: variant" in path.read_text(encoding="utf-8")}


def numbering(found: list[tuple[str, str, str, str]]) -> set[tuple[str, str, str, str]]:
    """Accessions of the forms, each with = or ~: whether its codons and residues are those of the gene file."""
    agree: dict[tuple[str, str], set[bool]] = defaultdict(set)
    for gene, name, form, _ in found:
        change = protein(name)
        accession, colon, rest = form.rpartition(":")
        if not colon or change is None or accession[:2] == "NC" or "." not in accession:
            continue
        base, other = nucleotide(rest), protein(rest)
        place = base.residue if base is not None else other.first if other is not None else None
        if place is not None:
            agree[gene, accession.split(".")[0]].add(place == change.first)
    return {
        (gene, accession, "=" if told == {True} else "~", "codon of the forms above")
        for (gene, accession), told in agree.items()
    }


def canonical_transcripts(data: Path, genes: set[str]) -> set[tuple[str, str, str, str]]:
    """The RefSeq transcript of each gene that no form of the table speaks about."""
    lines = (data / "germline" / "refseq_transcripts.tsv").read_text(encoding="utf-8").splitlines()
    found = set()
    for line in lines:
        if line.startswith("#"):
            continue
        cells = line.split("\t")
        accession = next((cell.split(".")[0] for cell in cells if re.fullmatch(r"NM_\d+(\.\d+)?", cell)), None)
        gene = next((cell for cell in cells if cell in genes), None)
        if accession is not None and gene is not None:
            found.add((gene, accession, "=", "CPSR"))
    return found


def text(table: list[tuple[str, str, str, str]]) -> str:
    """The file as text; of two statements about one transcript that of the forms counts."""
    told = {(gene, form) for gene, sign, form, source in table if sign in "=~" and source != "CPSR"}
    kept = [row for row in table if not (row[3] == "CPSR" and (row[0], row[2]) in told)]
    return HEAD + "\n".join("\t".join(row) for row in [("gene", "variant", "form", "source"), *kept]) + "\n"


def main() -> int:
    """Write the table, or say where the data are missing."""
    given = sys.argv[1] if len(sys.argv) > 1 else os.environ.get("PMCDS_SHARED") or str(CHECKOUT.parent / "shared")
    data = Path(given)
    data = data if (data / "civic").is_dir() else data / "data" / "biomarkers"
    if not (data / "civic").is_dir():
        sys.stderr.write(f"no data in {given}\n")
        return 2
    table = rows(data)
    TARGET.write_text(text(table), encoding="utf-8")
    sys.stdout.write(f"{len(table)} rows for {len({row[0] for row in table})} genes\n")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
