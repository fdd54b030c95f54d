"""Clinical knowledge as data: strict YAML, schema and semantics, coverage, compiled rules."""

from __future__ import annotations

from pmcds.knowledge.heads import Head
from pmcds.knowledge.knowledge import Knowledge

__all__ = ["Head", "Knowledge"]
