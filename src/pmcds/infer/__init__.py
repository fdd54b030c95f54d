"""From findings to answers: alleles, phenotypes, variants, and facts about the patient.

`infer` answers the questions of rules, `phenotype` reads one diplotype, `parse_variant` one variant text,
`conflicts` lists where the findings contradict each other. Genes, alleles and numbers stand in the gene files.
"""

from __future__ import annotations

from pmcds.infer.answer import Question, infer
from pmcds.infer.conflicts import conflicts
from pmcds.infer.methods import METHODS
from pmcds.infer.phenotype import phenotype
from pmcds.infer.variant_names import parse_variant

__all__ = ["METHODS", "Question", "conflicts", "infer", "parse_variant", "phenotype"]
