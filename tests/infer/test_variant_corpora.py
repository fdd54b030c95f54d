"""Corpora of variant names: read to the one right form, or refused; never read as another variant (VE-01 to VE-11)."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from pmcds.infer import parse_variant
from pmcds.infer.protein import nucleotide, protein
from tests.infer.support import genes
from tests.shared import SHARED, needs_shared

pytestmark = needs_shared

# The development corpus names categories; this is what the gene files call them.
CATEGORY = {
    "BRAF_V600": "V600 mutation", "BRAF_V600E_or_K": "V600E or V600K", "EGFR_exon19_deletion": "exon 19 deletion",
    "EGFR_sensitizing": "exon 19 deletion or L858R", "EGFR_exon19_insertion": "exon 19 insertion",
    "EGFR_exon20_insertion": "exon 20 insertion", "EGFR_vIII": "variant III", "MET_exon14_skipping": "exon 14 skipping",
    "BCR_ABL1": "BCR::ABL1", "ALK_rearrangement": "rearrangement", "RET_fusion": "fusion", "RET_mutation": "mutation",
    "NTRK_fusion": "fusion", "NTRK_resistance": "resistance mutation", "FLT3_ITD": "internal tandem duplication",
    "FLT3_TKD": "kinase domain mutation", "HFE_C282Y_HOM": "C282Y on both copies",
}  # fmt: skip
# Single variants: the canonical name stands for the category.
SINGLE = {"BRAF_V600E", "ABL1_T315I", "H3_K27M", "TTR_V142I", "FVL", "F2_20210"}
NO_FUSION = {"rearrangement", "fusion"}
# Markers of a tumor are no variants: the readers of markers take them.
MARKERS = {"msi", "tmb", "pdl1", "her2"}


def lines(name: str) -> list[dict[str, Any]]:
    assert SHARED is not None
    path = Path(SHARED) / "data" / "biomarkers" / "variants" / name
    return [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines() if line.strip()]


def table(name: str) -> list[str]:
    assert SHARED is not None
    return (Path(SHARED) / "data" / "biomarkers" / "variants" / name).read_text(encoding="utf-8").splitlines()


def outcome(row: dict[str, Any]) -> str:
    """matched, refused or wrong for one string of the development corpus."""
    found = parse_variant(row["input"], genes())
    if found is None:
        return "refused"
    wanted = row["canonical"]
    if row.get("state") == "absent":
        return "matched" if found.negated and found.gene == row["gene"] else "wrong"
    if found.negated:
        return "wrong"
    if isinstance(wanted, str) and found.canonical != wanted.removesuffix(" hom"):
        return "wrong"
    categories = {CATEGORY[name] for name in row.get("must_match_categories", ()) if name not in SINGLE}
    if not categories <= set(found.categories):
        return "wrong"
    # "must not match" of the corpus: what is no rearrangement is in no category of one.
    return "wrong" if not row.get("must_match_categories") and NO_FUSION & set(found.categories) else "matched"


def test_the_development_corpus_is_read_and_nothing_is_read_wrongly() -> None:
    rows = [row for row in lines("pmcds_variant_strings_dev.jsonl") if row["kind"] not in MARKERS]
    counts = Counter(outcome(row) for row in rows)
    assert counts["wrong"] == 0, [row["input"] for row in rows if outcome(row) == "wrong"]
    assert counts["refused"] == 0, [row["input"] for row in rows if outcome(row) == "refused"]
    assert counts["matched"] == len(rows) >= 90


def test_a_marker_is_no_variant_of_another_kind() -> None:
    rows = [row for row in lines("pmcds_variant_strings_dev.jsonl") if row["kind"] in MARKERS]
    read = {row["input"]: parse_variant(row["input"], genes()) for row in rows}
    assert {text for text, found in read.items() if found is not None} <= {"ERBB2 amplification"}


def test_members_of_an_equivalence_group_lead_to_one_form() -> None:
    for group in lines("vicc_equivalence_groups.jsonl"):
        if group["level"] == "reference_agree":
            continue
        found = {
            (parsed.canonical, parsed.protein)
            for member in group["members"]
            if (parsed := parse_variant(member.strip(), genes())) is not None
        }
        gene = group["id"].partition("_")[0]
        if gene == "BRAF":
            assert {canonical for canonical, _ in found} == {"BRAF:p.Val600Glu"}, group["id"]
        else:
            told = {protein_name for _, protein_name in found if protein_name}
            assert len(told) <= 1, (group["id"], told)


# The source compares with a reference sequence, which this library has not: the bases of these do not fit it.
NEED_A_REFERENCE = {
    "NM_004333.4:c.1799_1800delTGinsAT", "NM_004448.3:c.2264_2278delTGAGGGAAAACACTA",
    "NC_000003.12:g.10146527_10146528delCC",
}  # fmt: skip


def test_ve11_what_must_fail_fails() -> None:
    strings = [row["string"] for row in lines("vicc_no_match.jsonl")]
    read = {text for text in strings if parse_variant(text, genes()) is not None}
    assert read <= NEED_A_REFERENCE


def sets() -> Iterator[tuple[str, str, list[str]]]:
    for line in table("clinvar_equivalence_dev.tsv")[1:]:
        gene, number, forms, status, *_ = line.split("\t")
        if status == "agreed":
            yield gene, number, forms.split()


def test_no_set_of_clinvar_has_two_canonical_forms() -> None:
    """A form is read as the gene file's variant, or keeps its own name: one set never leads to two variants."""
    files = genes()
    known = {(symbol, name) for symbol in files for name, spec in files[symbol].variants.items() if "same" in spec}
    split, grouped = [], 0
    for gene, number, forms in sets():
        found = {parsed.canonical for form in forms if (parsed := parse_variant(form, genes())) is not None}
        named = {name for name in found if tuple(name.split(":", 1)) in known}
        if len(named) > 1:
            split.append((gene, number, named))
        grouped += bool(named)
    assert split == []
    assert grouped >= 4


def test_single_variants_that_rules_name_are_grouped_in_every_record_of_the_table() -> None:
    for symbol, gene in genes().items():
        for name, spec in gene.variants.items():
            for form in spec.get("same", ()):
                text = form.removeprefix("~")
                if ":" not in text and not text.startswith(("CA", "rs", "clinvar")):
                    text = f"{symbol} {text}"
                parsed = parse_variant(text, genes())
                assert parsed is not None, (symbol, form)
                assert parsed.canonical == f"{symbol}:{name}", (symbol, form)


def hgvs_rows() -> Iterator[tuple[str, str]]:
    """(kind, expression) of the HGVS corpora that say what is valid."""
    for line in table("biocommons_gcp_real.tsv")[1:]:
        cells = line.split("\t")
        yield from (("real", cell.strip()) for cell in cells[1:] if cell.strip() and not cell.startswith("#"))


def test_hgvs_of_real_reports_keeps_its_protein_and_its_place() -> None:
    counts: Counter[str] = Counter()
    for _, text in hgvs_rows():
        if "(" in text.split(":")[0] or ":" not in text:
            continue
        accession, _, change = text.partition(":")
        parsed = parse_variant(text, genes())
        if parsed is None:
            counts["refused"] += 1
            continue
        form = protein(change) or nucleotide(change)
        assert form is not None, text
        own = parsed.protein if change.startswith("p.") else parsed.coding or parsed.genomic
        assert own is not None, text
        assert own.rpartition(":")[2] == form.name, text
        assert accession[:2] in ("NC", "NM", "NP", "NR"), text
        counts["matched"] += 1
    assert counts["matched"] >= 150


MODELS = lines("mutalyzer_parser.jsonl") if SHARED else []


@pytest.mark.parametrize("row", MODELS, ids=lambda row: row["description"][:40])
def test_a_parse_model_agrees_or_the_text_is_refused(row: dict[str, Any]) -> None:
    parsed = parse_variant(row["description"], genes())
    model = row.get("model")
    if parsed is None or parsed.protein is None or not isinstance(model, dict):
        return
    changes = model.get("variants") or []
    if len(changes) != 1 or model.get("coordinate_system") != "p":
        return
    location = changes[0]["location"]
    place = location.get("position", (location.get("start") or {}).get("position"))
    told = re.search(r"\d+", parsed.protein)
    assert told is not None
    assert int(told.group()) == place, row["description"]
