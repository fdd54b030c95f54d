"""Diagnoses by code are the conditions that the names of the codes say, and no others.

Names as ICD-10-CM titles its categories and codes, and as SNOMED CT names its concepts in public value sets.
"""

from __future__ import annotations

from typing import Any

import pytest

from pmcds.terminology import Terms

ICD = "http://hl7.org/fhir/sid/icd-10-cm"
SNOMED = "http://snomed.info/sct"

# code: (title, conditions). A code that stands for a part of its category has the title of the category.
ICD_TITLES: dict[str, tuple[str, set[str]]] = {
    "I20.0": ("Unstable angina", {"acute coronary syndrome", "coronary artery disease"}),
    "I20.9": ("Angina pectoris, unspecified", {"coronary artery disease"}),
    "I21.9": ("Acute myocardial infarction", {"acute coronary syndrome", "coronary artery disease"}),
    "I22.9": ("Subsequent myocardial infarction", {"acute coronary syndrome", "coronary artery disease"}),
    "I24.9": ("Acute ischemic heart disease", {"acute coronary syndrome", "coronary artery disease"}),
    "I25.9": ("Chronic ischemic heart disease", {"coronary artery disease"}),
    "I26.99": ("Pulmonary embolism", {"venous thromboembolism"}),
    "I82.40": ("Other venous embolism and thrombosis", {"venous thromboembolism"}),
    "I48.91": ("Atrial fibrillation and flutter", {"atrial fibrillation"}),
    "I50.9": ("Heart failure", {"heart failure"}),
    "I45.81": ("Long QT syndrome", {"long QT syndrome"}),
    "I60.9": ("Nontraumatic subarachnoid hemorrhage", {"stroke", "neurovascular disease"}),
    "I61.9": ("Nontraumatic intracerebral hemorrhage", {"stroke", "neurovascular disease"}),
    "I63.9": ("Cerebral infarction", {"stroke", "neurovascular disease"}),
    "I65.21": ("Occlusion and stenosis of carotid artery", {"carotid artery disease", "neurovascular disease"}),
    "I70.21": ("Atherosclerosis of native arteries of the extremities", {"peripheral arterial disease"}),
    "I73.9": ("Peripheral vascular disease, unspecified", {"peripheral arterial disease"}),
    "I78.0": ("Hereditary hemorrhagic telangiectasia", {"hereditary hemorrhagic telangiectasia"}),
    "G45.9": ("Transient cerebral ischemic attacks", {"transient ischemic attack", "neurovascular disease"}),
    "G40.9": ("Epilepsy and recurrent seizures", {"epilepsy"}),
    "C82.9": ("Follicular lymphoma", {"lymphoma", "malignancy"}),
    "C83.3": ("Non-follicular lymphoma", {"lymphoma", "malignancy"}),
    "C81.9": ("Hodgkin lymphoma", {"lymphoma", "malignancy"}),
    "C84.9": ("Mature T/NK-cell lymphomas", {"lymphoma", "malignancy"}),
    "C85.9": ("Non-Hodgkin lymphoma", {"lymphoma", "malignancy"}),
    "C91.1": ("Lymphoid leukemia", {"leukemia", "malignancy"}),
    "C91.0": ("Acute lymphoblastic leukemia", {"acute lymphoblastic leukemia", "leukemia", "malignancy"}),
    "C92.0": ("Acute myeloblastic leukemia", {"acute myeloid leukemia", "leukemia", "malignancy"}),
    "C92.1": ("Myeloid leukemia", {"leukemia", "malignancy"}),
    "C93.1": ("Monocytic leukemia", {"leukemia", "malignancy"}),
    "C95.9": ("Leukemia of unspecified cell type", {"leukemia", "malignancy"}),
    "C50.9": ("Malignant neoplasm of breast", {"malignancy"}),
    "E88.3": ("Tumor lysis syndrome", {"tumor lysis syndrome"}),
    "E11.9": ("Type 2 diabetes mellitus", {"type 2 diabetes", "diabetes"}),
    "E10.9": ("Type 1 diabetes mellitus", {"diabetes"}),
    "E72.20": ("Disorders of urea cycle metabolism", {"urea cycle disorder"}),
    "E78.01": ("Familial hypercholesterolemia", {"familial hypercholesterolemia"}),
    "E80.21": ("Acute intermittent porphyria", {"porphyria"}),
    "E83.110": ("Hereditary hemochromatosis", {"hereditary hemochromatosis"}),
    "E84.9": ("Cystic fibrosis", {"cystic fibrosis"}),
    "E31.22": ("Multiple endocrine neoplasia type IIA", {"multiple endocrine neoplasia type 2"}),
    "D55.0": ("Glucose-6-phosphate dehydrogenase deficiency", {"G6PD deficiency"}),
    "D68.51": ("Activated protein C resistance (factor V Leiden)", {"thrombophilia"}),
    "D68.52": ("Prothrombin gene mutation", {"thrombophilia"}),
    "K50.9": ("Crohn's disease", {"Crohn's disease", "inflammatory bowel disease"}),
    "K51.9": ("Ulcerative colitis", {"ulcerative colitis", "inflammatory bowel disease"}),
    "M10.9": ("Gout", {"gout"}),
    "N18.3": ("Chronic kidney disease", {"chronic kidney disease"}),
    "Q79.6": ("Ehlers-Danlos syndrome", {"Ehlers-Danlos syndrome"}),
    "Q85.1": ("Tuberous sclerosis", {"tuberous sclerosis complex"}),
    "Q85.83": ("Von Hippel-Lindau syndrome", {"von Hippel-Lindau disease"}),
    "Q87.4": ("Marfan's syndrome", {"Marfan syndrome"}),
    "T88.3": ("Malignant hyperthermia due to anesthesia", {"malignant hyperthermia"}),
    "B20": ("Human immunodeficiency virus disease", {"HIV infection"}),
    "Z21": ("Asymptomatic human immunodeficiency virus infection status", {"HIV infection"}),
    "Z33.1": ("Pregnant state", {"pregnancy"}),
    "O09.9": ("Pregnancy, childbirth and the puerperium", {"pregnancy"}),
    "Z94.84": ("Stem cells transplant status", {"stem cell transplant"}),
    "Z94.81": ("Bone marrow transplant status", {"stem cell transplant"}),
    "Z94.4": ("Liver transplant status", {"liver transplant"}),
    "Z94.0": ("Kidney transplant status", {"kidney transplant"}),
    "Z98.61": ("Coronary angioplasty status", {"percutaneous coronary intervention", "coronary artery disease"}),
    "Z95.5": ("Coronary angioplasty implant status", {"percutaneous coronary intervention", "coronary artery disease"}),
    "G45.4": ("Transient global amnesia", set()),
    "I10": ("Essential hypertension", set()),
    "I31.9": ("Disease of pericardium", set()),
    "I62.9": ("Nontraumatic intracranial hemorrhage, unspecified", set()),
    "I83.9": ("Varicose veins", set()),
    "N17.9": ("Acute kidney failure", set()),
    "E16.2": ("Hypoglycemia", set()),
    "D55.1": ("Anemia due to other disorders of glutathione metabolism", set()),
    "E83.1": ("Disorders of iron metabolism", set()),
    "Q87.1": ("Congenital malformation syndromes with short stature", set()),
    "Z94.1": ("Heart transplant status", set()),
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(ICD_TITLES))
def test_a_code_of_icd_10_is_the_condition_that_its_title_says(terms: Terms, code: str) -> None:
    title, wanted = ICD_TITLES[code]
    assert set(terms.conditions(((ICD, code, None),)).names) == wanted, title


def test_every_icd_code_of_the_conditions_is_tried(docs: dict[str, Any]) -> None:
    left = []
    for name, entry in docs["conditions"]["conditions"].items():
        for listed in (entry, entry.get("unverified", {})):
            for system, _, code in (stated.partition(":") for stated in listed.get("codes", ())):
                if system.startswith("icd") and not any(
                    known.startswith(code) and name in ICD_TITLES[known][1] for known in ICD_TITLES
                ):
                    left.append((name, code))
    # Titles that were not looked up: they stay outside this table.
    assert {code for _, code in left} == {
        "C86", "C88", "C94", "D68.59", "E13", "E31.23", "I24.0", "I24.8", "I64", "M1A", "Z34", "Z86.73",
    }  # fmt: skip


SNOMED_NAMES: dict[str, tuple[str, str]] = {
    "394659003": ("Acute coronary syndrome", "acute coronary syndrome"),
    "22298006": ("Myocardial infarction", "acute coronary syndrome"),
    "194828000": ("Angina", "coronary artery disease"),
    "53741008": ("Coronary arteriosclerosis", "coronary artery disease"),
    "415070008": ("Percutaneous coronary intervention", "percutaneous coronary intervention"),
    "399957001": ("Peripheral arterial occlusive disease", "peripheral arterial disease"),
    "84114007": ("Heart failure", "heart failure"),
    "88805009": ("Chronic congestive heart failure", "heart failure"),
    "418818005": ("Brugada syndrome", "Brugada syndrome"),
    "9651007": ("Long QT syndrome", "long QT syndrome"),
    "230690007": ("Cerebrovascular accident", "stroke"),
    "422504002": ("Ischemic stroke", "stroke"),
    "64586002": ("Carotid artery stenosis", "carotid artery disease"),
    "234336002": ("Hemopoietic stem cell transplant", "stem cell transplant"),
    "18027006": ("Transplantation of liver", "liver transplant"),
    "84757009": ("Epilepsy", "epilepsy"),
    "128613002": ("Seizure disorder", "epilepsy"),
    "44054006": ("Diabetes mellitus type 2", "type 2 diabetes"),
    "62403005": ("Glucose-6-phosphate dehydrogenase deficiency anemia", "G6PD deficiency"),
    "398036000": ("Familial hypercholesterolemia", "familial hypercholesterolemia"),
    "421527008": ("Factor V Leiden", "thrombophilia"),
    "405501007": ("Malignant hyperthermia", "malignant hyperthermia"),
    "315058005": ("Hereditary nonpolyposis colon cancer", "Lynch syndrome"),
    "46659004": ("Von Hippel-Lindau syndrome", "von Hippel-Lindau disease"),
    "21877004": ("Osler hemorrhagic telangiectasia syndrome", "hereditary hemorrhagic telangiectasia"),
    "92818009": ("Chronic myeloid leukemia", "leukemia"),
    "277571004": ("B-cell acute lymphoblastic leukemia", "acute lymphoblastic leukemia"),
    "363346000": ("Malignant neoplastic disease", "malignancy"),
}  # fmt: skip
BROADER = {
    "acute coronary syndrome": {"coronary artery disease"},
    "percutaneous coronary intervention": {"coronary artery disease"},
    "stroke": {"neurovascular disease"}, "carotid artery disease": {"neurovascular disease"},
    "type 2 diabetes": {"diabetes"}, "leukemia": {"malignancy"},
    "acute lymphoblastic leukemia": {"leukemia", "malignancy"},
}  # fmt: skip


@pytest.mark.parametrize("code", sorted(SNOMED_NAMES))
def test_a_concept_of_snomed_is_the_condition_that_its_name_says(terms: Terms, code: str) -> None:
    name, condition = SNOMED_NAMES[code]
    found = set(terms.conditions(((SNOMED, code, None),)).names)
    assert found == {condition} | BROADER.get(condition, set()), name


@pytest.mark.parametrize(
    ("text", "brings"),
    [
        ("stem cell transplant", "blood"), ("bone marrow transplant", "blood"), ("liver transplant", "liver"),
        ("blood transfusion", "cells"), ("chimerism", "cells"), ("kidney transplant", None),
        ("autologous stem cell transplant", None),
    ],
)  # fmt: skip
def test_h14_h15_h16_what_another_person_brought_is_known_by_organ(
    docs: dict[str, Any], terms: Terms, text: str, brings: str | None
) -> None:
    (name,) = terms.conditions((), text).names
    assert docs["conditions"]["conditions"][name].get("brings") == brings
