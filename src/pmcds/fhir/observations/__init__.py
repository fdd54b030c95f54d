"""Readers of Observations: genes, variants, markers and laboratory values, of every release of the guides."""

from __future__ import annotations

from pmcds.fhir.observations.reader import read_observations

__all__ = ["read_observations"]
