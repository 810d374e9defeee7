"""The reference of the files names every column, kind and action that the engine knows."""

from pathlib import Path

import pytest

from taxlots.domain.account import AccountKind, Owner
from taxlots.domain.action import COLUMNS, FURTHER_COLUMNS, Action
from taxlots.domain.security import SecurityKind, TaxClass

PAGE = (Path(__file__).parents[1] / "docs" / "reference" / "book-folder.md").read_text()

NAMES = [*COLUMNS, *FURTHER_COLUMNS, *Action, *AccountKind, *Owner, *SecurityKind, *TaxClass]


@pytest.mark.parametrize("name", sorted({str(name) for name in NAMES}))
def test_the_reference_names_it(name: str) -> None:
    assert name in PAGE
