"""Write the code tables of `cards/terms` anew from the reference data.

    python scripts/build_terms.py [--shared PATH] [--out cards/terms]

`--shared` is the folder that holds `data/pgx`, `data/biomarkers` and `data/fhir` (else the environment variable
PMCDS_SHARED). Only facts are taken: codes, ingredients, brands, dose forms. What people maintain by hand (the YAML
files beside the tables) is not touched. Same input, same bytes.
"""

from __future__ import annotations

import argparse
import collections
import csv
import json
import os
import re
import sys
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path

from terms_names import NO_BRANDS, SAME, combination_parts, dose_form, stated_names
from terms_source import Source, corpus_drugs, corpus_genes, rows


def table(path: Path, head: Sequence[str], columns: Sequence[str], body: Iterable[Sequence[str]]) -> int:
    """Write a table: comment lines, the column names, rows sorted by their first cell."""
    lines = sorted({"\t".join(cell.replace("\t", " ") for cell in row) for row in body})
    text = "".join(f"# {line}\n" for line in head) + "\t".join(columns) + "\n" + "".join(line + "\n" for line in lines)
    path.write_text(text, encoding="utf-8", newline="\n")
    return len(lines)


# Tables


def drug_rows(source: Source) -> Iterator[tuple[str, ...]]:
    """name, kind, rxnorm, rxnorm status, atc, ncit."""
    codes: dict[str, dict[str, list[str]]] = collections.defaultdict(lambda: collections.defaultdict(list))
    kinds: dict[str, str] = {}
    for row in source.singles.values():
        name = source.names.base(row["name"])
        kinds[name] = "pgx"
        if row["rxcui"]:
            codes[name]["rxnorm"].append(row["rxcui"])
        codes[name]["atc"] += [code for code in row["atc"] if len(code) == 7]
    for row in source.tumor:
        for drug, stated in row["drug_codes"].items():
            name = source.names.base(drug)
            kinds.setdefault(name, "tumor")
            key = "rxnorm" if stated.get("rxcui_checked") or kinds[name] == "pgx" else "unverified"
            codes[name][key] += [code for code in stated["rxcui"] if code not in codes[name]["rxnorm"]]
            codes[name]["ncit"] += stated["ncit"]
    for row in source.inhibitors:
        name = source.names.base(row["drug"].lower())
        kinds.setdefault(name, "context")
        if row["rxcui"] and row["rxcui"] not in codes[name]["rxnorm"] + codes[name]["unverified"]:
            codes[name]["unverified" if kinds[name] == "tumor" else "rxnorm"].append(row["rxcui"])
    owners = {code: name for name, own in codes.items() for code in own["rxnorm"] + own["unverified"]}
    for code, seen in corpus_drugs(source.shared, source.names).items():
        name = next(iter(seen))
        if owners.get(code, name) == name and (code in owners or not codes[name]["rxnorm"]):
            owners[code] = name
            codes[name]["rxnorm"] += [code] if code not in codes[name]["rxnorm"] else []
    for name, found in ingredient_codes(source, owners).items():
        kinds.setdefault(name, "context")
        codes[name]["rxnorm"] += [code for code in found if code not in codes[name]["rxnorm"]]
    for name in source.names.known:
        kinds.setdefault(name, "context")
    for name, kind in kinds.items():
        own = codes[name]
        unverified = [code for code in dict.fromkeys(own["unverified"]) if code not in own["rxnorm"]]
        yield (
            name,
            kind,
            " ".join(dict.fromkeys(own["rxnorm"])) or " ".join(unverified),
            "" if own["rxnorm"] or not unverified else "unverified",
            " ".join(dict.fromkeys(own["atc"])),
            " ".join(dict.fromkeys(own["ncit"])),
        )


def ingredient_codes(source: Source, owners: Mapping[str, str]) -> dict[str, list[str]]:
    """RxNorm codes of ingredients that have none of their own: what is left when all others of a product are known."""
    owner = dict(owners)
    votes: dict[str, collections.Counter[str]] = collections.defaultdict(collections.Counter)
    for _ in range(3):
        votes.clear()
        for product in source.products:
            open_codes = [code for code in product["ingredient_rxcuis"] if code not in owner]
            explained = {owner[code] for code in product["ingredient_rxcuis"] if code in owner}
            names = source.ingredients(product)
            open_names = [name for name in names if name not in explained]
            if len(open_codes) == 1 and len(open_names) == 1 and len(names) >= len(product["ingredient_rxcuis"]):
                votes[open_codes[0]][open_names[0]] += 1
            elif len(open_codes) == 1 and len(names) == 1:
                votes[open_codes[0]][names[0]] += 1
        for code, counted in votes.items():
            if len(counted) == 1:
                owner.setdefault(code, next(iter(counted)))
    found: dict[str, list[str]] = collections.defaultdict(list)
    for code, name in sorted(owner.items(), key=lambda item: int(item[0])):
        if code not in owners:
            found[name].append(code)
    return found


def name_rows(source: Source, brands: Mapping[str, set[tuple[str, ...]]]) -> Iterator[tuple[str, ...]]:
    """name, ingredients, kind: every name by which a drug may be called in words."""
    said: dict[str, tuple[tuple[str, ...], str]] = {}
    for brand, sets in brands.items():
        certain = sorted(set.intersection(*(set(found) for found in sets)))
        if certain:
            said[brand] = tuple(certain) + (("?",) if len(sets) > 1 else ()), "brand"
    for product in source.products:
        for stated in stated_names(product["name"]):
            base = source.names.base(stated)
            if stated != base:
                said[stated] = (base,), "salt"
    for stated, base in SAME.items():
        said[stated] = (base,), "synonym"
    for row in source.drugs:
        parts = combination_parts(row["name"], source.names)
        if parts:
            said[row["name"]] = tuple(parts), "combination"
    for name in sorted(source.names.known):
        said[name] = (name,), "ingredient"
    for name, (found, kind) in said.items():
        yield name, "+".join(found), kind


def brand_sets(source: Source, of: str) -> dict[str, set[tuple[str, ...]]]:
    """The sets of ingredients that products of a brand have."""
    sets: dict[str, set[tuple[str, ...]]] = collections.defaultdict(set)
    if of == "rxnorm":
        for product in source.products:
            for brand in product["brands"] or ():
                clean = re.sub(r" reformulated \w+ \d+$", "", brand.lower())
                if clean not in NO_BRANDS and clean not in source.names.known:
                    sets[clean].add(tuple(source.ingredients(product)))
        for row in [*source.labels, *(cited for rule in source.tumor for cited in rule["fda_citations"])]:
            if row.get("brand") and row.get("ingredient"):
                parts = re.split(r"; | and ", row["ingredient"])
                sets[row["brand"].lower()].add(tuple(sorted({source.names.base(part) for part in parts})))
    else:
        for row in source.ema:
            for brand in re.findall(r"\[([^\]]*)\]", row["name"]):
                sets[brand.lower()].add(tuple(source.ingredients(row)))
    return dict(sets)


def product_rows(source: Source) -> Iterator[tuple[str, ...]]:
    """code, tty, ingredients, brands, form, current."""
    for product in source.products:
        yield (
            product["rxcui"],
            product["tty"],
            "+".join(source.ingredients(product)),
            "|".join(product["brands"] or ()),
            dose_form(product["name"]) if product["tty"] not in ("MIN", "PIN", "SCDC") else "",
            "" if product["current_2026_02"] else "retired",
        )


def ndc_rows(source: Source) -> Iterator[tuple[str, ...]]:
    """key, product or "", ingredients, form. The key has nine digits where all packages agree, else eleven."""
    product = {row["rxcui"]: row for row in source.products}
    packages: dict[str, dict[str, str]] = collections.defaultdict(dict)
    for row in source.ndc:
        packages[row["ndc"][:9]][row["ndc"]] = row["rxcuis"][0]
    for key, own in packages.items():
        facts = {(tuple(source.ingredients(product[code])), dose_form(product[code]["name"])) for code in own.values()}
        if len(facts) == 1:
            yield key, min(own.values(), key=int), "", ""
        else:
            yield from ((ndc, code, "", "") for ndc, code in own.items())
    for row in source.directory:
        labeler, item = row["product_ndc"].split("-")
        key = labeler.zfill(5) + item.zfill(4)
        if key in packages:
            continue
        found = {source.names.base(name.lower()) for name in row["substances"]}
        known = sorted(found & source.names.known)
        unknown = len(found) - len(known)
        yield key, "", "+".join(known + ["?"] * unknown), row["form"].lower()


def ema_rows(source: Source) -> Iterator[tuple[str, ...]]:
    """number, ingredients, form."""
    for row in source.ema:
        names = source.ingredients(row)
        yield row["ma_number"], "+".join(names), dose_form(row["name"])


def gene_rows(shared: Path) -> Iterator[tuple[str, ...]]:
    """symbol, hgnc, ncbi, aliases. An id that two symbols claim in the data is left out."""
    pgx, tumor = shared / "data" / "pgx", shared / "data" / "biomarkers"
    hgnc: dict[str, set[str]] = collections.defaultdict(set)
    ncbi: dict[str, set[str]] = collections.defaultdict(set)
    symbols: set[str] = set()
    for symbol, gene in json.loads((pgx / "genes.json").read_text()).items():
        if isinstance(gene, dict) and gene.get("hgnc"):
            hgnc[symbol].add(gene["hgnc"])
    for row in rows(tumor / "germline" / "acmg_sf_v3_3.jsonl"):
        symbols.add(row["gene"])
        if row.get("hgnc_id"):
            hgnc[row["gene"]].add(row["hgnc_id"])
        if row.get("ncbi_gene"):
            ncbi[row["gene"]].add(row["ncbi_gene"])
    with (tumor / "germline" / "cancer_predisposition_gene_moi.tsv").open(encoding="utf-8") as lines:
        for line in csv.DictReader(lines, delimiter="\t"):
            symbols.add(line["gene"])
            if line["entrez_gene"].isdigit():
                ncbi[line["gene"]].add(line["entrez_gene"])
    for row in rows(tumor / "civic" / "civic_2019-10_assertions.jsonl"):
        ncbi[row["gene"]].add(row["entrez_id"])
    for row in rows(tumor / "labels" / "fda_cdx_facts.jsonl"):
        symbols |= set(row["genes_named"])
    for row in rows(pgx / "drugs.jsonl"):
        symbols |= set(row["genes"])
    for row in rows(tumor / "civic" / "civic_2019-10_variants_equivalence.jsonl"):
        symbols.add(row["gene"])
    sure = {number for own in hgnc.values() for number in own}
    for symbol, number in sorted(corpus_genes(shared)):
        if number not in sure and symbol not in hgnc:
            hgnc[symbol].add(number)
    symbols |= set(hgnc) | set(ncbi)
    shape = re.compile(r"[A-Z][A-Z0-9]*(?:orf\d+)?(?:-[A-Z0-9]+)*")
    not_genes = {"HRD", "HRR", "MSI", "TMB", "HER2", "NA"}
    for symbol in symbols - not_genes:
        if shape.fullmatch(symbol):
            aliases = "HER2" if symbol == "ERBB2" else ""
            yield symbol, _one(hgnc[symbol]), _one(ncbi[symbol]), aliases


def _one(ids: set[str]) -> str:
    return next(iter(ids)) if len(ids) == 1 else ""


def tree_rows(shared: Path) -> Iterator[tuple[str, ...]]:
    """code, name, parent, ncit, older codes."""
    for row in rows(shared / "data" / "biomarkers" / "oncology" / "oncotree_2025_10_03.jsonl"):
        older = sorted({*row["history"], *row["revocations"]})
        yield row["code"], row["name"], row["parent"] or "", " ".join(row["nci"]), " ".join(older)


def check(source: Source) -> list[str]:
    """Products whose ingredients are not those of the reference data."""
    wrong = []
    for product in source.products:
        stated = set()
        for drug in product["drugs"]:
            stated |= set(combination_parts(drug, source.names)) or {source.names.base(drug)}
        found = set(source.ingredients(product))
        pgx = {source.names.base(name) for name in source.singles}
        # "prilocaine" and "vitamin c" (a letter A name in RxNorm) are in no `drugs` of the combinations that hold them.
        if not stated <= found or (found - stated) & pgx - {"prilocaine", "vitamin c"}:
            wrong.append(f"{product['rxcui']}: {sorted(stated)} is not {sorted(found)}")
        elif len(found) < len(product["ingredient_rxcuis"]) and product["tty"] not in ("MIN",):
            wrong.append(f"{product['rxcui']}: fewer ingredients than codes, {sorted(found)}")
    return wrong


RXNORM = "RxNorm, US National Library of Medicine, public domain"
MADE = "Written by scripts/build_terms.py; do not edit. Rows are sorted by their first cell."
EMA = (
    "Source: mi-erasmusmc/ema-authorised-to-rxnorm-mappings, 2025-12. License of this file: CC BY-SA 4.0",
    "(https://creativecommons.org/licenses/by-sa/4.0/); changed: ingredients, forms and brands only, in our names.",
)
COLUMNS = {
    "drugs.tsv": ("name", "kind", "rxnorm", "status", "atc", "ncit"),
    "drug_names.tsv": ("name", "ingredients", "kind"),
    "rxnorm_products.tsv": ("code", "tty", "ingredients", "brands", "form", "note"),
    "ndc.tsv": ("ndc", "product", "ingredients", "form"),
    "ema.tsv": ("number", "ingredients", "form"),
    "ema_brands.tsv": ("name", "ingredients", "kind"),
    "genes.tsv": ("symbol", "hgnc", "ncbi", "aliases"),
    "oncotree.tsv": ("code", "name", "parent", "ncit", "older"),
}
HEADS = {
    "drugs.tsv": (
        "Drugs that rules name (pgx, tumor), and drugs that matter beside them (context).",
        MADE,
        f"Sources: CPIC and DPWG drug lists (facts, CC0 and CC BY-SA 4.0) with their ATC codes; {RXNORM} (2025-10-06);",
        "NCI Thesaurus codes of the tumor rules. status `unverified`: the RxNorm code was not seen in a second list.",
        "rxnorm: the first code is the ingredient, others mean the same drug. Further drugs: drugs_more.yaml.",
    ),
    "drug_names.tsv": (
        "Names in words: ingredients, salts, brands, combinations -> ingredients. ? stands for parts that differ.",
        MADE,
        f"Source: {RXNORM} (2025-10-06, letter A rebuilt from public lists), US drug labels for tumor drugs.",
    ),
    "rxnorm_products.tsv": (
        "RxNorm products, components and packs -> ingredients.",
        MADE,
        f"Source: {RXNORM}: Current Prescribable Content 2025-10-06; letter A from seven public lists.",
        "note `retired`: not in the prescribable content of 2026-02. Recognized, never suggested.",
    ),
    "ndc.tsv": (
        "NDC -> RxNorm product, or ingredients and form. Nine digits (labeler, product) where all packages agree.",
        MADE,
        f"Sources: {RXNORM} (2025-10-06); letter A also FDA NDC Directory 2019, US Government data.",
    ),
    "ema.tsv": ("Numbers of EU marketing authorizations -> ingredients, form.", MADE, *EMA),
    "ema_brands.tsv": ("Brands of EU products that RxNorm lacks -> ingredients.", MADE, *EMA),
    "genes.tsv": (
        "Genes: symbol, HGNC id, NCBI Gene id, aliases. Empty: not in the sources, or stated differently by two.",
        MADE,
        "Sources: CPIC gene list (CC0), ACMG SF policy list v3.3 (facts), sigven/cpsr (MIT), CIViC 2019-10 (CC0),",
        "examples of HL7 Genomics Reporting. 2026-11. HGNC ids that these lack: genes_more.yaml.",
    ),
    "oncotree.tsv": (
        "Tumor types: code, name, parent, NCI Thesaurus codes, older codes.",
        MADE,
        "OncoTree, cBioPortal / Memorial Sloan Kettering, 2025-10-03, CC BY 4.0; changed: columns chosen.",
    ),
}


def ema_brand_rows(brands: Mapping[str, set[tuple[str, ...]]], known: Iterable[str]) -> Iterator[tuple[str, ...]]:
    """name, ingredients, kind: brands of the EU that RxNorm lacks."""
    for brand in sorted(set(brands) - set(known)):
        certain = sorted(set.intersection(*map(set, brands[brand])))
        if certain:
            yield brand, "+".join([*certain, *(["?"] if len(brands[brand]) > 1 else [])]), "brand"


def build(shared: Path, out: Path) -> None:
    """Write all tables and print how many rows each has."""
    source = Source(shared)
    brands = brand_sets(source, "rxnorm")
    bodies = {
        "drugs.tsv": drug_rows(source),
        "drug_names.tsv": name_rows(source, brands),
        "rxnorm_products.tsv": product_rows(source),
        "ndc.tsv": ndc_rows(source),
        "ema.tsv": ema_rows(source),
        "ema_brands.tsv": ema_brand_rows(brand_sets(source, "ema"), brands),
        "genes.tsv": gene_rows(shared),
        "oncotree.tsv": tree_rows(shared),
    }
    for name, body in bodies.items():
        count = table(out / name, HEADS[name], COLUMNS[name], body)
        sys.stdout.write(f"{name}\t{count} rows\t{(out / name).stat().st_size} bytes\n")
    for line in check(source):
        sys.stderr.write(f"CHECK {line}\n")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--shared", default=os.environ.get("PMCDS_SHARED"), help="folder of the reference data")
    parser.add_argument("--out", default=str(Path(__file__).resolve().parents[1] / "cards" / "terms"))
    arguments = parser.parse_args()
    if not arguments.shared:
        parser.error("say where the reference data are: --shared PATH or PMCDS_SHARED")
    build(Path(arguments.shared), Path(arguments.out))


if __name__ == "__main__":
    main()
