"""`pmcds check`: schema, semantics, coverage and the tests of rules; `pmcds selftest`: rules fire as installed."""

from __future__ import annotations

from pmcds.check.checking import check
from pmcds.check.report import Report
from pmcds.check.selftest import selftest

__all__ = ["Report", "check", "selftest"]
