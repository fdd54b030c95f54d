"""The bundled knowledge is compiled once for all tests of this folder."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

import pmcds


@pytest.fixture(scope="session", autouse=True)
def compiled_once() -> Iterator[None]:
    bundled = pmcds.Knowledge.bundled()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(pmcds.Knowledge, "bundled", classmethod(lambda cls: bundled))
        yield
