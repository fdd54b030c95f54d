"""What a person decided about the gene files: names that moved, words of reports, which genes get positions.

Facts are those of the reference document (PG ids in the comments); `build_genes.py` puts them beside the tables.
"""

from __future__ import annotations

from typing import Any

METHODS = {
    "function pair": "function-pair",
    "sum of two activity values": "sum-of-two",
    "sum of the two lowest activity values": "two-lowest",
    "two most severe variants, then function pair": "two-most-severe",
    "presence of a listed variant": "presence",
    "presence of a variant": "presence",
    "presence of a listed allele": "listed-alleles",
    "single function (one copy)": "one-copy",
    "function pair (two X copies) or single function (one X copy)": "x-copies",
    "none": "none",
}
KEYS = {"activity score": "activity_score", "allele status": "allele", "phenotype": "phenotype"}
# Where the reference data say "phenotype" although rules ask for something finer.
KEY_OF = {"VKORC1": "genotype", "CYP4F2": "allele"}

# Names that moved or have a second form (PG11, PG13, PG34, G7): name in a report -> name in the table.
NAMES: dict[str, dict[str, str]] = {
    "SLCO1B1": {"*1A": "*1", "*1B": "*37", "*17": "*15", "*46": "*45", "*45.001": "*45", "*45.002": "*45"},
    "CYP2D6": {"*57": "*36"},
    "CYP2B6": {"*16": "*18"},
    "CYP2C19": {"*1B": "*1", "*1A": "*38"},
    "NUDT15": {"*2": "*3"},
    "MT-RNR1": {"m.930A>G": "m.930G>A"},
    "G6PD": {"Telti/Kobe": "Telti, Kobe"},
    "DPYD": {
        "*1": "Reference",
        "HapB3": "c.1129-5923C>G, c.1236G>A (HapB3)",
        "c.1236G>A": "c.1129-5923C>G, c.1236G>A (HapB3)",
        "c.1236G>A (HapB3)": "c.1129-5923C>G, c.1236G>A (HapB3)",
        "c.1129-5923C>G (HapB3)": "c.1129-5923C>G, c.1236G>A (HapB3)",
    },
    "VKORC1": {"-1639G": "rs9923231 reference (C)", "-1639A": "rs9923231 variant (T)"},
    "F5": {"Factor V Leiden": "rs6025 Factor V Leiden (T)"},
    "F2": {"Prothrombin 20210A": "rs1799963 Prothrombin 20210A"},
}
# Words for "no variant found among those tested", only in genes whose reference has no star name (DN6).
REFERENCE_WORDS = ("Ref", "WT", "wild type")

# Words of reports for a phenotype of one gene (PG66).
WORDS: dict[str, dict[str, str]] = {
    "NAT2": {
        "slow acetylator": "poor metabolizer",
        "intermediate acetylator": "intermediate metabolizer",
        "rapid acetylator": "rapid metabolizer",
    },
}

# Words of the usual tables for keys of a source's own table, where the alleles behind them leave no other (PG77):
# Rapid is one increased and one normal function, which DPWG counts as normal; "likely" is a pair of known functions.
OWN_WORDS: dict[str, dict[str, str]] = {
    "CYP2C19": {
        "rapid metabolizer": "normal metabolizer",
        "likely intermediate metabolizer": "intermediate metabolizer",
        "likely poor metabolizer": "poor metabolizer",
    },
    "DPYD": {"normal metabolizer": "2.0 (normal metabolizer)"},
}
# Words and scores of the usual tables that leave several keys of a source's own table open.
OWN_SEVERAL: dict[str, dict[str, list[str]]] = {
    "DPYD": {
        "intermediate metabolizer": [
            "1.5 (intermediate metabolizer)",
            "1.0 (intermediate metabolizer)",
            "1.0 (phenotyping)",
        ],
        "poor metabolizer": ["0.5 (phenotyping)", "0.0 (poor metabolizer)"],
        "2.0": ["2.0 (normal metabolizer)"],
        "1.5": ["1.5 (intermediate metabolizer)"],
        "1.0": ["1.0 (intermediate metabolizer)", "1.0 (phenotyping)"],
        "0.5": ["0.5 (phenotyping)"],
        "0.0": ["0.0 (poor metabolizer)"],
    },
}

# Presence genes: what is present or absent -> alleles of the table that carry it.
PRESENCE: dict[str, dict[str, list[str]]] = {
    "CYP4F2": {"rs2108622 T": ["*3", "*4", "*22", "rs2108622 T"]},
    "F5": {"Factor V Leiden": ["rs6025 Factor V Leiden (T)"]},
    "F2": {"Prothrombin 20210A": ["rs1799963 Prothrombin 20210A"]},
}

# Further changes of a table, old and new value per allele (PG10, PG19).
CHANGES: dict[str, dict[str, dict[str, list[str]]]] = {
    "CYP2D6": {
        "2022-11-08": {
            "*9": ["0.5", "0.25"],
            "*41": ["0.5", "0.25"],
            "*9x2": ["1.0", "0.5"],
            "*41x2": ["1.0", "0.5"],
        }
    }
}

# Functions from the most to the least severe, where several variants of one copy or of the gene are read as one.
MH = ["Malignant Hyperthermia associated", "Uncertain function", "Normal function"]
HEARING = "risk of aminoglycoside-induced hearing loss"
SEVERITY = {
    "RYR1": MH,
    "CACNA1S": [MH[0], MH[2]],
    "MT-RNR1": [f"{word} {HEARING}" for word in ("Increased", "Uncertain", "Normal")],
}

# Alleles that a guideline other than CPIC asks for (PG41).
MORE_LISTED = {"HLA-B": ["*15:11"]}

# Genes whose reports carry their own positions often enough to compare them with the diplotype (MG6).
WITH_POSITIONS = (
    "ABCG2",
    "CYP2B6",
    "CYP2C19",
    "CYP2C9",
    "CYP3A5",
    "DPYD",
    "IFNL3",
    "NUDT15",
    "SLCO1B1",
    "TPMT",
    "VKORC1",
)
# GRCh37 forms of defining positions. The offsets are those of the HL7 Genomics Reporting examples (GRCh37 positions
# of CYP2C19 and CYP2C9) against the GRCh38 positions of the definitions; the reference bases agree at each.
GRCH37_OFFSET = {"NC_000010.11": ("NC_000010.10", 1759757, 94761000, 94990000)}
GRCH37 = {"NC_000001.11:g.97450058C>T": "NC_000001.10:g.97915614C>T"}

# One variant decides the gene, and reports state its bases (PG31, PG42): bases on the plus strand -> allele.
SITES: dict[str, dict[str, Any]] = {
    "VKORC1": {
        "id": "rs9923231",
        "names": ["-1639"],
        "bases": {"C": "rs9923231 reference (C)", "T": "rs9923231 variant (T)"},
    },
    "ABCG2": {"id": "rs2231142", "names": [], "bases": {"G": "rs2231142 reference (G)", "T": "rs2231142 variant (T)"}},
    "SLCO1B1": {"id": "rs4149056", "names": [], "bases": {"T": "*1", "C": "*5"}, "inferred": "yes"},
    "IFNL3": {
        "id": "rs12979860",
        "names": [],
        "bases": {"C": "rs12979860 reference (C)", "T": "rs12979860 variant (T)"},
    },
    "CYP4F2": {"id": "rs2108622", "names": [], "bases": {"C": "rs2108622 C", "T": "rs2108622 T"}},
    "F5": {"id": "rs6025", "names": [], "bases": {"C": "rs6025 reference (C)", "T": "rs6025 Factor V Leiden (T)"}},
    "F2": {
        "id": "rs1799963",
        "names": [],
        "bases": {"G": "rs1799963 reference (G)", "A": "rs1799963 Prothrombin 20210A"},
    },
}
# Variants that rules of these genes ask for by name, with their other forms (VT-09).
VARIANTS: dict[str, dict[str, dict[str, list[str]]]] = {
    "F5": {"p.Arg534Gln": {"same": ["c.1601G>A", "c.1691G>A", "p.Arg506Gln"], "texts": ["Factor V Leiden", "Leiden"]}},
    "F2": {"c.*97G>A": {"same": ["G20210A", "c.20210G>A"], "texts": ["Prothrombin 20210A", "Prothrombin G20210A"]}},
}
# What a reader of the file should know.
NOTES: dict[str, list[str]] = {
    "CYP2C19": ["The GRCh38 reference sequence is *38; *1 carries rs3758581 G. Both have normal function."],
    "CYP2D6": [
        "A sub-allele has the function of its core allele.",
        "xN without a number is a set of possible alleles, not an allele.",
        "Combined names such as *36+*10 are one allele.",
    ],
    "NUDT15": ["*2 is a sub-allele of *3 since 2026-01-29 and is shown as *3."],
    "RYR1": [
        "c.1209C>G, c.7522C>G, c.14387A>G and c.14693T>C were malignant-hyperthermia associated in older tables. They",
        "are not listed under changes: an older report that says so stays a contradiction and is shown.",
    ],
    "SLCO1B1": ["*3, *7, *12, *13 and *38 were removed on 2025-10-14 without a successor: they are unknown alleles."],
    "UGT1A1": [
        "*80+*28 and *80+*37 are one allele each; *80 alone has unknown function.",
        "*28, *36 and *37 are repeat lengths of rs3064744, which not every assay reports.",
    ],
    "G6PD": ["One label is one X copy. Each of the names that share a label stands for it."],
}
# Rules of phenoconversion that have a source besides the reference data: strong inhibitors leave nearly no activity
# (Cicali 2020); the score that says so is 0. No source was found for the factor of moderate inhibitors (PG86).
VERIFIED_FACTORS: dict[tuple[str, str], str] = {("CYP2D6", "strong"): "Cicali 2020, PMID 31910286"}
# PharMe calls it strong, DPWG (annotation on eliglustat, 2024-03-11) moderate: told, never counted.
DISPUTED_STRENGTHS: dict[tuple[str, str], str] = {("CYP2D6", "terbinafine"): "strong/moderate"}
# Sources of a strength that agree, as a card names them.
STRENGTH_SOURCES: dict[tuple[str, str], str] = {
    ("CYP2D6", "bupropion"): "PharMe, DPWG",
    ("CYP2D6", "fluoxetine"): "PharMe, DPWG",
    ("CYP2D6", "paroxetine"): "PharMe, DPWG",
    ("CYP2D6", "quinidine"): "PharMe, DPWG",
    ("CYP2D6", "terbinafine"): "strong for PharMe, moderate for DPWG",
}
# Where a gene acts, as far as a transplant of blood or liver changes whose genome that tissue has (H14, H15): enzymes
# and transporters of the liver, clotting factors that it makes, enzymes of red cells, immune molecules. Of the genes of
# thiopurines both count, since red cells and liver carry the enzymes. Any other gene acts in the patient's own tissue.
# For confirmation by a clinician.
_TISSUES = {
    "liver": "CYP2B6 CYP2C19 CYP2C9 CYP2D6 CYP3A4 CYP4F2 DPYD F2 F5 IFNL3 NAT2 SLCO1B1 UGT1A1 VKORC1",
    "liver, elsewhere": "ABCG2 CYP3A5",
    "blood": "G6PD HLA-A HLA-B",
    "blood, liver": "NUDT15 TPMT",
}
ACTS_IN = {gene: tissues for tissues, genes in _TISSUES.items() for gene in genes.split()}
# Alleles that an own table calls otherwise. CYP2C19 *38 was *1A: it differs from *1 at rs3758581 only, a position that
# no allele of the DPWG table is defined by, so that this table's reference allele *1 is both of them (PG11, PG50).
OWN_NAMES: dict[str, dict[str, str]] = {"CYP2C19": {"*38": "*1"}}
COMPLEMENT = {"A": "T", "T": "A", "C": "G", "G": "C"}
