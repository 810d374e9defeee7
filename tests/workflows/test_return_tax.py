"""The tax of a year in the Python API."""

from decimal import Decimal

import pytest
from tests.cli.running import SAMPLE

from taxlots import UsageError, open_book, tax


def test_stated_figures_may_be_numbers_decimals_or_text() -> None:
    found = tax(2025, status="single", ordinary_income=40_000, long_term="20000.00").figures
    assert (found["federal_tax"], found["marginal_short"]) == (Decimal("6309.00"), Decimal("0.27"))
    decimal = tax(2025, status="single", ordinary_income=Decimal(40000), long_term=20_000.0)
    assert decimal.figures == found
    assert decimal.tax_return == ""


def test_what_is_not_computed_is_told() -> None:
    found = tax(2025, status="mfj", ordinary_income=180_000)
    assert found.not_computed == tuple(found.json["not_computed"])
    assert any("Medicare" in sentence for sentence in found.not_computed)


def test_a_name_that_is_no_option_is_refused_with_those_that_there_are() -> None:
    with pytest.raises(UsageError, match=r"knows no wages; use status, ordinary_income"):
        tax(2025, status="single", wages=1)


def test_the_returns_of_a_book() -> None:
    found = open_book(SAMPLE).tax(2020)
    kessler = found.returns["kessler"]
    assert found.problems == ()
    assert (kessler.tax_return, kessler.json["items"]["long"]) == ("kessler", "6037.31")
    assert kessler.figures["net_long"] == Decimal("6037.31")
