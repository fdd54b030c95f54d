"""Systems, questions by name, numbers of genes: what the specification of inputs lists, and what other tables say."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest
import yaml

from pmcds.terminology import Terms
from tests.shared import SHARED, needs_shared
from tests.terminology.conftest import TERMS

OID = "2.16.840.1.113883."
# Addresses as the specifications of inputs and of CDS Hooks (8.2) list them.
SYSTEMS = {
    "loinc": ["http://loinc.org", f"{OID}6.1"],
    "snomed": ["http://snomed.info/sct", f"{OID}6.96"],
    "rxnorm": ["http://www.nlm.nih.gov/research/umls/rxnorm", f"{OID}6.88", f"urn:oid:{OID}6.88"],
    "ndc": ["http://hl7.org/fhir/sid/ndc", f"{OID}6.69"],
    "atc": ["http://www.whocc.no/atc", "http://fhir.de/CodeSystem/bfarm/atc", f"{OID}6.73"],
    "unii": ["http://fdasis.nlm.nih.gov", f"{OID}4.9"],
    "medispan": [f"{OID}6.68", f"{OID}6.253", f"{OID}6.162"], "fdb": [f"{OID}6.208"], "multum": [f"{OID}6.314"],
    "icd10cm": ["http://hl7.org/fhir/sid/icd-10-cm", f"{OID}6.90", f"urn:oid:{OID}6.90"],
    "icd10gm": ["http://fhir.de/CodeSystem/bfarm/icd-10-gm"],
    "icd10": ["http://hl7.org/fhir/sid/icd-10", f"{OID}6.3"],
    "icd9cm": ["http://hl7.org/fhir/sid/icd-9-cm", "http://hl7.org/fhir/sid/icd-9", f"{OID}6.103"],
    "icdo3": ["http://terminology.hl7.org/CodeSystem/icd-o-3"],
    "hgnc": ["http://www.genenames.org", "http://www.genenames.org/geneId", "http://genenames.org/geneId"],
    "ncbigene": ["https://www.ncbi.nlm.nih.gov/gene"], "spdi": ["https://api.ncbi.nlm.nih.gov/variation/v0/"],
    "tbd": ["http://hl7.org/fhir/uv/genomics-reporting/CodeSystem/tbd-codes-cs"],
    "phase": ["http://terminology.hl7.org/CodeSystem/sequence-phase-relationship-cs"],
    "hgvs": ["http://varnomen.hgvs.org"], "clinvar": ["http://www.ncbi.nlm.nih.gov/clinvar"],
    "dbsnp": ["http://www.ncbi.nlm.nih.gov/projects/SNP", "http://www.ncbi.nlm.nih.gov/SNP"],
    "refseq": ["http://www.ncbi.nlm.nih.gov/refseq", "http://www.ncbi.nlm.nih.gov/nuccore/"],
    "so": ["http://www.sequenceontology.org", "http://www.sequenceontology.org/", "http://sequenceontology.org"],
    "pharmvar": ["http://www.pharmvar.org", "https://www.pharmvar.org"],
    "hla": ["http://www.ebi.ac.uk/ipd/imgt/hla"], "glstring": ["http://glstring.org"],
    "iscn": ["https://iscn.karger.com", f"urn:oid:{OID}6.335"], "ucum": ["http://unitsofmeasure.org", f"{OID}6.8"],
    "hpo": ["http://human-phenotype-ontology.org", "http://hpo.jax.org/app/"],
    "epic-category": ["https://open.epic.com/FHIR/StructureDefinition/condition-category"],
    "v3-interpretation": ["http://terminology.hl7.org/CodeSystem/v3-ObservationInterpretation"],
    "v2-0487": ["http://terminology.hl7.org/CodeSystem/v2-0487"],
    "condition-clinical": ["http://terminology.hl7.org/CodeSystem/condition-clinical"],
    "condition-verification": ["http://terminology.hl7.org/CodeSystem/condition-ver-status"],
    "data-absent-reason": ["http://terminology.hl7.org/CodeSystem/data-absent-reason"],
    "v3-confidentiality": ["http://terminology.hl7.org/CodeSystem/v3-Confidentiality"],
}  # fmt: skip


@pytest.mark.parametrize("name", sorted(SYSTEMS))
def test_a_system_is_known_by_each_of_its_addresses(terms: Terms, name: str) -> None:
    assert {address: terms.fold(address) for address in SYSTEMS[name]} == dict.fromkeys(SYSTEMS[name], name)


# Roles of questions, by the codes that the input specification names.
ROLES = {
    "loinc:84413-4": ("genotype", None), "loinc:84414-2": ("haplotype", None), "loinc:69548-6": ("variant", None),
    "loinc:55233-1": ("variant", "panel"), "loinc:53037-8": ("significance", None),
    "loinc:82120-7": ("phase", None), "loinc:53041-0": ("coverage", None), "loinc:51968-6": ("interpretation", None),
    "loinc:51969-4": ("report", None), "loinc:81247-9": ("report", None),
    "tbd:activity-score": ("activity_score", None),
    "tbd:medication-metabolism": ("implication", "metabolism"), "loinc:53040-2": ("implication", "metabolism"),
    "loinc:51961-1": ("implication", "efficacy"), "loinc:83009-1": ("implication", "risk"),
    "tbd:somatic-predictive": ("implication", "predictive"), "tbd:somatic-diagnostic": ("implication", "diagnostic"),
    "tbd:somatic-prognostic": ("implication", "prognostic"), "tbd:diagnostic-implication": ("significance", None),
    "tbd:inherited-disease-pathogenicity": ("significance", None),
    "tbd:molecular-consequence": ("consequence", None), "loinc:31206-6": ("morphology", None),
    "loinc:50956-2": ("allele_presence", None), "loinc:57979-7": ("allele_presence", None),
}  # fmt: skip


def test_a_question_has_the_role_of_its_code(docs: dict[str, Any]) -> None:
    found = {}
    for entry in docs["observations"]["observations"]:
        for code in entry.get("codes", [entry.get("code")]):
            assert code not in found, f"{code} stands twice"
            found[code] = (entry["role"], entry.get("kind"))
    assert {code: found.get(code) for code in ROLES} == ROLES


# What the four presence answers of an enzyme are about is the enzyme itself.
GENE_RESULTS = {
    "79716-7": "CYP2C9", "79714-2": "CYP2C19", "79713-4": "TPMT", "79715-9": "CYP2D6", "79719-1": "DPYD",
}  # fmt: skip


def test_a_phenotype_code_is_of_its_own_gene(docs: dict[str, Any]) -> None:
    found = {
        entry["code"].partition(":")[2]: entry["subject"]
        for entry in docs["observations"]["observations"]
        if entry["role"] == "phenotype"
    }
    assert found == GENE_RESULTS


CALLED = {
    "TMB": "tumor mutation|TMB", "MSI": "MSI|microsatellite", "MMR": "MMR", "FR alpha": "FR alpha|folate receptor",
    "CLDN18.2": "CLDN18|claudin 18", "del(17p)": "17p", "del(5q)": "5q", "PD-L1": "PD-L1",
}  # fmt: skip
WITHOUT_CODE = {
    "anti-JCV antibody", "acetylcholine receptor antibody", "aquaporin-4 antibody", "CCR5-tropic HIV-1",
    "coronary polygenic score", "breast polygenic score", "urine protein in 24 hours", "transferrin saturation",
    "left ventricular ejection fraction", "ferritin", "lipoprotein(a)", "uracil", "total IgE",
    "high-sensitivity C-reactive protein", "MGMT promoter methylation", "FR alpha", "CLDN18.2", "c-Met protein",
    "MLH1 protein", "PMS2 protein", "MSH2 protein", "MSH6 protein", "del(5q)",
}  # fmt: skip


def test_a_question_by_name_is_about_what_its_name_says(docs: dict[str, Any]) -> None:
    roles = {"genotype", "phenotype", "activity_score", "allele_presence"}
    by_code = {row.get("subject"): row["role"] for row in docs["observations"]["observations"]}
    named = set()
    for row in docs["observations"]["names"]:
        subject = row.get("subject")
        if subject is None:
            assert row["role"] in roles
            continue
        named.add(subject)
        word = CALLED.get(subject, re.escape(subject.removesuffix(" protein")))
        assert re.search(word, row["text"], re.IGNORECASE), row
        numeric = "unit" in row and row["role"] == "laboratory"
        assert row["role"] == by_code.get(subject, "laboratory" if numeric else "biomarker"), row
        assert ("IHC" in row["text"]) <= (row.get("assay") == "IHC"), row
        assert (row.get("assay") == "FISH") is bool(re.search("FISH|ISH", row["text"])), row
        assert (row.get("kind") == "score") is (row["text"] == "HER2 IHC"), row
        assert row["role"] != "biomarker" or row["kind"] in ("result", "score", "quantity"), row
        assert (row.get("kind") == "quantity") is (subject == "TMB"), row
    assert named >= WITHOUT_CODE | {"TMB", "MSI", "MMR", "HER2", "HRD", "CD117", "del(17p)"}


@needs_shared
def test_the_number_of_a_gene_is_that_of_the_lists(terms: Terms) -> None:
    assert SHARED is not None
    lines = (SHARED / "data/biomarkers/germline/acmg_sf_v3_3.jsonl").read_text(encoding="utf-8").splitlines()
    listed = {row["gene"]: row["hgnc_id"] for row in map(json.loads, lines)}
    own = json.loads((SHARED / "data/pgx/genes.json").read_text(encoding="utf-8"))
    listed |= {name: row["hgnc"] for name, row in own.items() if not name.startswith("_")}
    files = sorted((TERMS.parent / "genes").glob("*.yaml"))
    compared = 0
    for path in files:
        stated = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
        assert stated.get("hgnc") == terms.gene_id(path.stem), path.stem
        if path.stem in listed:
            compared += 1
            assert stated["hgnc"] == listed[path.stem], path.stem
    assert compared >= 60


def test_a_gene_file_and_the_list_of_genes_agree_on_every_number(docs: dict[str, Any]) -> None:
    for symbol, entry in docs["genes_more"]["genes"].items():
        path = TERMS.parent / "genes" / f"{symbol}.yaml"
        if path.exists() and "hgnc" in entry:
            stated = yaml.load(path.read_text(encoding="utf-8"), Loader=yaml.CBaseLoader)
            assert stated["hgnc"] == entry["hgnc"], symbol
