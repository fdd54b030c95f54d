#!/usr/bin/env python3
"""Write cards/genes/<GENE>.yaml from the reference data (`genes.json`, `alleles.jsonl`), and the tables that DPWG rows
were written for, cards/genes/dpwg/<GENE>.yaml, from `dpwg_genes.json`.

    python scripts/build_genes.py [--data DIR]

DIR is the folder that holds genes.json; without it `$PMCDS_SHARED/data/pgx` or `../shared/data/pgx` beside the
checkout is used. What a person decided (names that moved, words of reports, which genes get a positions table)
stands in gene_choices.py; everything else is copied as facts. The output is committed; CI compares it with
`scripts/check_genes.py`.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from gene_choices import (
    ACTS_IN,
    CHANGES,
    COMPLEMENT,
    DISPUTED_STRENGTHS,
    GRCH37,
    GRCH37_OFFSET,
    KEY_OF,
    KEYS,
    METHODS,
    MORE_LISTED,
    NAMES,
    NOTES,
    OWN_NAMES,
    OWN_SEVERAL,
    OWN_WORDS,
    PRESENCE,
    REFERENCE_WORDS,
    SEVERITY,
    SITES,
    STRENGTH_SOURCES,
    VARIANTS,
    VERIFIED_FACTORS,
    WITH_POSITIONS,
    WORDS,
)

ROOT = Path(__file__).resolve().parents[1]
WIDTH = 138

CPIC = "CC0 1.0"
CLINPGX = "CC BY-SA 4.0"

SUBSTITUTION = re.compile(r"(NC_\d+\.\d+):g\.(\d+)([ACGT])>([ACGT])")


def quoted(text: str) -> str:
    """A double-quoted YAML scalar."""
    return json.dumps(text, ensure_ascii=False)


def plain_or_quoted(text: str) -> str:
    """Plain where any YAML loader reads the same text, else quoted."""
    risky = text.lower() in {"yes", "no", "true", "false", "null", "on", "off", "y", "n"}
    return text if re.fullmatch(r"[A-Za-z][A-Za-z0-9 _/().-]*[A-Za-z0-9)]", text) and not risky else quoted(text)


def flow(items: Sequence[str], indent: int) -> str:
    """Items as a flow list, wrapped; `indent` is the column of the first bracket's content."""
    return "[" + wrapped(items, indent) + "]"


def wrapped(items: Sequence[str], indent: int) -> str:
    lines, line = [], ""
    for place, item in enumerate(items):
        piece = item + ("," if place < len(items) - 1 else "")
        if line and indent + len(line) + 1 + len(piece) + 2 > WIDTH:
            lines.append(line)
            line = piece
        else:
            line = f"{line} {piece}" if line else piece
    lines.append(line)
    return ("\n" + " " * indent).join(lines)


def lists(name: str, groups: Mapping[str, Sequence[str]]) -> Iterator[str]:
    """`name:` with one flow list for each key."""
    yield f"{name}:"
    for key, members in groups.items():
        head = f"  {plain_or_quoted(key)}:"
        items = [quoted(member) for member in members]
        text = " " + flow(items, 4)
        yield head + text if len(head) + len(text.split("\n")[0]) <= WIDTH else f"{head}\n    {flow(items, 5)}"


def pairs(name: str, values: Mapping[str, str]) -> Iterator[str]:
    yield f"{name}:"
    for key, value in values.items():
        yield f"  {quoted(key)}: {quoted(value)}"


def table_sources(symbol: str, gene: Mapping[str, Any]) -> list[dict[str, str]]:
    """Where the parts of the file come from, each with its licence."""
    diplotypes = gene["versions"].get("diplotypes") or ""
    sources = []
    if "CPIC" in diplotypes:
        date = "2024-03" if "1.38" in diplotypes else "2026-10-11"
        sources.append({"of": "functions and phenotypes", "source": "CPIC", "date": date, "license": CPIC})
    if "ClinPGx" in diplotypes:
        part = "one row" if "CPIC" in diplotypes else "functions and phenotypes"
        sources.append({"of": part, "source": "ClinPGx", "date": "2025-11-05", "license": CLINPGX})
    definitions = gene["versions"].get("allele_definitions")
    if definitions and (symbol in WITH_POSITIONS or not diplotypes):
        date = "2026-07-05" if "2026-07-05" in definitions else "2025-11-05"
        sources.append(
            {"of": "allele names and positions", "source": "ClinPGx, PharmVar", "date": date, "license": CLINPGX}
        )
    if gene.get("changes"):
        sources.append(
            {"of": "functions before the change", "source": "ClinPGx", "date": "2025-11-05", "license": CLINPGX}
        )
    if symbol in MORE_LISTED:
        sources.append(
            {
                "of": ", ".join(MORE_LISTED[symbol]),
                "source": "DPWG, as annotated by ClinPGx",
                "date": "2024-03-11",
                "license": CLINPGX,
            }
        )
    return sources


def names_of(symbol: str, gene: Mapping[str, Any], alleles: Sequence[str]) -> dict[str, str]:
    """Other names of the table's alleles: decided ones, star names in parentheses, parts of combined labels."""
    names = dict(NAMES.get(symbol, {}))
    counts: dict[str, int] = {}
    found: dict[str, str] = {}
    for allele in alleles:
        for other in other_names(symbol, allele):
            counts[other] = counts.get(other, 0) + 1
            found[other] = allele
    for other, allele in found.items():
        if counts[other] == 1 and other not in alleles:
            names.setdefault(other, allele)
    if gene.get("reference") == "Reference":
        names.update(dict.fromkeys(REFERENCE_WORDS, "Reference"))
    return names


def other_names(symbol: str, allele: str) -> Iterator[str]:
    if match := re.fullmatch(r"(c\.\S+) \((\*\w+)\)", allele):
        yield match[1]
        yield match[2]
        if deleted := re.fullmatch(r"(c\.[\d_]+del)[ACGT]+", match[1]):
            yield deleted[1]
    elif deleted := re.fullmatch(r"(c\.[\d_]+del)[ACGT]+", allele):
        yield deleted[1]
    if symbol == "G6PD" and "," in allele:
        yield from (part.strip() for part in allele.split(","))


def definitions_of(
    rows: Sequence[Mapping[str, Any]], known: Sequence[str]
) -> tuple[dict[str, list[str]], dict[str, str]]:
    """(position id -> HGVS forms, allele -> its positions; one that may be either base ends in "?")."""
    positions: dict[str, list[str]] = {}
    definitions: dict[str, str] = {}
    for row in rows:
        if row["allele"] not in known or not row["variants"]:
            continue
        members = []
        for variant in row["variants"]:
            name = variant["rsid"] or variant["hgvs"]
            forms = hgvs_forms(variant)
            for form in forms:
                if form not in positions.setdefault(name, []):
                    positions[name].append(form)
            several = len(SUBSTITUTION.findall(variant["hgvs"])) > 1 or variant["definition"]
            detail = f"={variant['definition'] or variant['alt']}" if several and not variant["wobble"] else ""
            members.append(name + detail + ("?" if variant["wobble"] else ""))
        definitions[row["allele"]] = " ".join(members)
    return positions, definitions


def hgvs_forms(variant: Mapping[str, Any]) -> list[str]:
    accession = variant["hgvs"].split(":")[0]
    forms = []
    for part in variant["hgvs"].split("; "):
        form = part if ":" in part else f"{accession}:{part}"
        forms.append(form)
        older = GRCH37.get(form) or older_build(form)
        if older:
            forms.append(older)
    return forms


def older_build(form: str) -> str | None:
    match = SUBSTITUTION.fullmatch(form)
    if not match or match[1] not in GRCH37_OFFSET:
        return None
    accession, offset, low, high = GRCH37_OFFSET[match[1]]
    return f"{accession}:g.{int(match[2]) + offset}{match[3]}>{match[4]}" if low <= int(match[2]) <= high else None


def modulators(symbol: str, rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Drugs that change the activity, each once; active only with a source that nothing contradicts (PG86)."""
    own = [row for row in rows if row["gene"] == symbol]
    drugs = dict.fromkeys((row["drug"], row["role"]) for row in own if row.get("kind") != "rule")
    if not drugs:
        return
    yield "# Drugs that change the activity. Rows without a verified source are drafts and never count."
    yield "modulators:"
    for drug, role in drugs:
        told = _modulator(drug, role, own)
        told["strength"] = DISPUTED_STRENGTHS.get((symbol, drug), told["strength"])
        told["source"] = STRENGTH_SOURCES.get((symbol, drug), told["source"])
        yield f"  - {{{', '.join(f'{name}: {quoted(text)}' for name, text in told.items())}}}"
    rules = [row for row in own if row.get("kind") == "rule" and "factor" in row]
    if rules:
        yield "# What an inhibitor does to the activity score. Rules without a verified source are drafts: never used."
        yield "modulation:"
    for row in rules:
        verified = VERIFIED_FACTORS.get((symbol, row["strength"]))
        source = verified or _named(row.get("second_source", row["basis"]))
        status = "active" if verified else "draft"
        parts = {"role": "inhibitor", "strength": row["strength"], "factor": f"{row['factor']:g}", "status": status}
        yield f"  - {{{', '.join(f'{n}: {quoted(t)}' for n, t in {**parts, 'source': source}.items())}}}"


def _modulator(drug: str, role: str, rows: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    mine = [row for row in rows if (row.get("drug"), row.get("role")) == (drug, role)]
    sourced = [row for row in mine if row["verify"] is False or "second_source" in row]
    strengths = {row["strength"] for row in sourced or mine}
    unclear = any("/" in strength or "_" in strength for strength in strengths)
    disputed = unclear or len(strengths) > 1 or any("disagrees" in row for row in mine)
    best = next((row for row in sourced if row["verify"] is False), (sourced or mine)[0])
    basis = best["basis"] if best["verify"] is False else best.get("second_source", best["basis"])
    return {
        "drug": drug,
        "role": role,
        "strength": best["strength"],
        "status": "active" if sourced and not disputed else "draft",
        "source": _named(basis),
    }


def _named(basis: str) -> str:
    """The source as a card can name it."""
    named = basis.split(" (")[0].replace("hpi-dhc/PharMe drug_inhibitors.dart", "inhibitor list of PharMe")
    return named.replace("PMC7292748 Table 4", "Cicali 2020, table 4, PMID 31910286")


def render(
    symbol: str,
    gene: Mapping[str, Any],
    rows: Sequence[Mapping[str, Any]],
    changing: Sequence[Mapping[str, Any]] = (),
) -> str:
    """The text of one gene file."""
    alleles = [
        allele for group in (gene.get("activity_values") or gene.get("functions") or {}).values() for allele in group
    ]
    out = [
        "# yaml-language-server: $schema=../../schemas/gene.schema.json",
        f"# {symbol}: alleles and what they mean. Written by scripts/build_genes.py: change that, not this file.",
        f"gene: {symbol}",
        f"hgnc: {quoted(gene['hgnc'])}",
        f"chromosome: {gene['chromosome']}",
        f"key: {KEY_OF.get(symbol) or KEYS[gene['key']]}",
        f"method: {METHODS[gene['method']]}",
    ]
    if symbol in ACTS_IN:
        out.append(f"acts_in: [{ACTS_IN[symbol]}]")
    if gene.get("reference"):
        out.append(f"reference: {quoted(gene['reference'])}")
    out.append("versions:")
    out += [f"  {name}: {quoted(text)}" for name, text in gene["versions"].items() if text]
    out.append("sources:")
    for source in table_sources(symbol, gene):
        out.append("  - {" + ", ".join(f"{name}: {quoted(text)}" for name, text in source.items()) + "}")
    out += list(tables(symbol, gene))
    if names := names_of(symbol, gene, alleles):
        out += pairs("names", names)
    if symbol in WORDS:
        out += pairs("words", WORDS[symbol])
    out += list(published(symbol, gene))
    changes = {**(gene.get("changes") or {}), **CHANGES.get(symbol, {})}
    if changes:
        out += list(change_lines(changes))
    out += list(special(symbol, gene))
    out += list(modulators(symbol, changing))
    if symbol in WITH_POSITIONS:
        positions, definitions = definitions_of(rows, alleles)
        if positions:
            out.append('# Defining positions, each with its HGVS forms. "?" in `definitions`: it may be either base.')
            out += lists("positions", positions)
            out += pairs("definitions", definitions)
    return "\n".join(out) + "\n"


def published(symbol: str, gene: Mapping[str, Any]) -> Iterator[str]:
    """Keys as the guidelines print them, where the file has them in lower case."""
    steps = (step["phenotype"] for step in gene.get("score_to_phenotype") or ())
    told = [*(gene.get("phenotype_of") or {}).values(), *steps]
    keys = {} if symbol in KEY_OF else {key.lower(): key for key in dict.fromkeys(told) if key != key.lower()}
    if keys:
        keys["indeterminate"] = "n/a" if gene["key"] == "activity score" else "Indeterminate"
        yield from pairs("published", keys)


def tables(symbol: str, gene: Mapping[str, Any]) -> Iterator[str]:
    """Values, functions and what they give."""
    if gene.get("activity_values"):
        yield from lists("activity_values", gene["activity_values"])
    if gene.get("functions"):
        yield from lists("functions", gene["functions"])
    if gene.get("score_to_phenotype"):
        yield "score_to_phenotype:"
        for step in gene["score_to_phenotype"]:
            to = f"to: {quoted(step['to'])}, " if step["to"] is not None else ""
            yield f"  - {{from: {quoted(step['from'])}, {to}phenotype: {step['phenotype'].lower()}}}"
    if gene.get("phenotype_of"):
        yield "phenotype_of:"
        for pair, phenotype in gene["phenotype_of"].items():
            text = phenotype if symbol in KEY_OF else phenotype.lower()
            yield f"  {quoted(pair)}: {quoted(text)}"
    if symbol in SEVERITY:
        yield "severity: " + flow([quoted(function) for function in SEVERITY[symbol]], 11)
    if gene.get("listed_alleles"):
        yield "listed_alleles: " + flow([quoted(a) for a in gene["listed_alleles"] + MORE_LISTED.get(symbol, [])], 16)
    if symbol in PRESENCE:
        yield "listed_alleles: " + flow([quoted(name) for name in PRESENCE[symbol]], 16)
        yield from lists("carried_by", PRESENCE[symbol])
    if gene.get("defined_but_not_in_table"):
        yield "defined_but_not_in_table:"
        yield "  " + flow([quoted(allele) for allele in gene["defined_but_not_in_table"]], 3)


def change_lines(changes: Mapping[str, Mapping[str, Sequence[str | None]]]) -> Iterator[str]:
    yield "# What changed in the table on a date: [before, since]; an empty text is an allele that the table lacked."
    yield "changes:"
    for date, alleles in changes.items():
        yield f"  {quoted(date)}:"
        for allele, (old, new) in alleles.items():
            yield f"    {quoted(allele)}: [{quoted(old or '')}, {quoted(new or '')}]"


def special(symbol: str, gene: Mapping[str, Any]) -> Iterator[str]:
    """What only some genes have."""
    if symbol in SITES:
        site = SITES[symbol]
        bases = {**site["bases"], **{COMPLEMENT[base]: allele for base, allele in site["bases"].items()}}
        yield "# One variant decides: its bases on either strand, and the allele each stands for."
        yield "site:"
        yield f"  id: {quoted(site['id'])}"
        if site["names"]:
            yield "  names: " + flow([quoted(name) for name in site["names"]], 10)
        if site.get("inferred"):
            yield '  inferred: "yes"'
        yield "  bases: {" + ", ".join(f"{base}: {quoted(allele)}" for base, allele in bases.items()) + "}"
    if symbol == "CYP2C9":
        more = gene["extra_variant"]
        yield f"extra_variant: {{id: {quoted(more['rsid'])}, used_by: {quoted(more['used_by'])}}}"
    if gene.get("hapb3"):
        both, alone = gene["hapb3"]["alleles"]
        yield "# Two linked positions: the first decides, the second alone suggests it (PG26)."
        yield "linked:"
        yield "  decides: " + flow([quoted(gene["hapb3"]["intronic"]), quoted(alone)], 12)
        yield "  tags: " + flow([quoted(gene["hapb3"]["exonic"]), quoted(both.split(", ")[1].split(" ")[0])], 9)
        yield f"  both: {quoted(both)}"
        yield f"  alone: {quoted(alone)}"
    if symbol in VARIANTS:
        yield "variants:"
        for name, spec in VARIANTS[symbol].items():
            forms = ", ".join(f"{word}: {flow([quoted(form) for form in listed], 0)}" for word, listed in spec.items())
            yield f"  {quoted(name)}: {{{forms}}}"
    if symbol in NOTES:
        yield "notes:"
        yield from (f"  - {quoted(note)}" for note in NOTES[symbol])


def render_own(symbol: str, facts: Mapping[str, Any], main: Mapping[str, Any]) -> str:
    """The text of one table of DPWG's own: values, keys, and words of reports that leave several keys open."""
    scores = facts["phenotype_of_key"] != "same" and symbol == "CYP2D6"
    severe = symbol == "DPYD"
    method = "sum-of-two" if scores else "two-most-severe" if severe else "function-pair"
    out = [
        "# yaml-language-server: $schema=../../../schemas/gene.schema.json",
        f"# {symbol} as DPWG rows of 2024-03 read it. Written by scripts/build_genes.py: change that, not this file.",
        "# DPWG guidance as annotated by ClinPGx, CC BY-SA 4.0; facts only.",
        f"gene: {symbol}",
        "table: dpwg",
        f"hgnc: {quoted(main['hgnc'])}",
        f"chromosome: {main['chromosome']}",
        f"key: {'activity_score' if scores else KEY_OF.get(symbol, 'phenotype')}",
        f"method: {method}",
        "versions:",
        f"  diplotypes: {quoted('DPWG table of ' + facts['version'][:10])}",
        "sources:",
    ]
    source = {"of": "values and keys", "source": "DPWG, as annotated by ClinPGx", "date": facts["version"][:10]}
    out.append("  - {" + ", ".join(f"{n}: {quoted(t)}" for n, t in {**source, "license": CLINPGX}.items()) + "}")
    out += lists("activity_values" if scores else "functions", facts["values"])
    keys = facts["phenotype_of_key"] if scores else facts["key_of"]
    told = list(dict.fromkeys(keys.values()))
    if scores:
        out += list(own_steps(keys))
    else:
        out.append("phenotype_of:")
        lower = str if symbol in KEY_OF else str.lower
        out += [f"  {quoted(pair)}: {quoted(lower(key))}" for pair, key in facts["key_of"].items()]
    if severe:
        out.append("severity: " + flow([quoted(value) for value in sorted(facts["values"])], 11))
    if symbol in OWN_NAMES:
        out.append("# Alleles that this table calls otherwise.")
        out += pairs("names", OWN_NAMES[symbol])
    if symbol in OWN_WORDS:
        out += pairs("words", OWN_WORDS[symbol])
    if symbol in OWN_SEVERAL:
        out += list(lists("stands_for", OWN_SEVERAL[symbol]))
    spelled = {} if symbol in KEY_OF else {key.lower(): key for key in told}
    if spelled:
        spelled["indeterminate"] = "n/a" if scores else "Indeterminate"
        out += pairs("published", spelled)
    return "\n".join(out) + "\n"


def own_steps(phenotype_of: Mapping[str, str]) -> Iterator[str]:
    """Steps from scores to phenotypes; the last has no end."""
    numbers = sorted((float(score.lstrip("≥")), phenotype) for score, phenotype in phenotype_of.items())
    steps: dict[str, list[float]] = {}
    for number, phenotype in numbers:
        steps.setdefault(phenotype, []).append(number)
    yield "score_to_phenotype:"
    for place, (phenotype, own) in enumerate(steps.items()):
        to = f"to: {quoted(f'{own[-1]:g}')}, " if place < len(steps) - 1 else ""
        yield f"  - {{from: {quoted(f'{own[0]:g}')}, {to}phenotype: {phenotype.lower()}}}"


def data_folder(stated: str | None) -> Path:
    if stated:
        return Path(stated)
    shared = os.environ.get("PMCDS_SHARED")
    return (Path(shared) if shared else ROOT.parent / "shared") / "data" / "pgx"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--data", help="folder with genes.json and alleles.jsonl")
    folder = data_folder(parser.parse_args().data)
    genes = json.loads((folder / "genes.json").read_text(encoding="utf-8"))
    rows: dict[str, list[dict[str, Any]]] = {}
    for line in (folder / "alleles.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        rows.setdefault(row["gene"], []).append(row)
    target = ROOT / "cards" / "genes"
    target.mkdir(parents=True, exist_ok=True)
    changing = [
        json.loads(line) for line in (folder / "phenoconversion.jsonl").read_text(encoding="utf-8").splitlines()
    ]
    for symbol in sorted(name for name in genes if not name.startswith("_")):
        text = render(symbol, genes[symbol], rows.get(symbol, []), changing)
        longest = max(len(line) for line in text.splitlines())
        (target / f"{symbol}.yaml").write_text(text, encoding="utf-8")
        sys.stdout.write(f"{symbol:9} {len(text.splitlines()):5} lines, longest {longest}\n")
    own = json.loads((folder / "dpwg_genes.json").read_text(encoding="utf-8"))
    (target / "dpwg").mkdir(exist_ok=True)
    for symbol in sorted(name for name in own if not name.startswith("_")):
        text = render_own(symbol, own[symbol], genes[symbol])
        (target / "dpwg" / f"{symbol}.yaml").write_text(text, encoding="utf-8")
        sys.stdout.write(f"{symbol:9} by DPWG\n")


if __name__ == "__main__":
    main()
