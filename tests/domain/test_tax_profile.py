"""profiles.csv and its default, ``[tax_profile]`` of book.toml."""

import pytest

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_profile import TaxProfile, read_profiles

ROW = {"tax_return": "home", "year": "2020", "short_rate": "0.358", "long_rate": "0.188"}


def test_a_row_of_the_year_gives_the_rates_of_its_return() -> None:
    found, problems = read_profiles([{**ROW, "year": "2019"}, ROW], {}, ["home"], 2020)
    assert not problems
    assert found == {
        "home": TaxProfile(tax_return="home", year=2020, short_rate=358_000, long_rate=188_000)
    }
    assert found["home"].rate(is_long=True) == 188_000


def test_the_default_stands_for_returns_without_a_row() -> None:
    default = {"filing_status": "mfj", "short_rate": 0.4, "long_rate": "0.2"}
    found, problems = read_profiles([ROW], default, ["home", "kid"], 2020)
    assert not problems
    assert found["home"].short_rate == 358_000
    assert found["kid"].short_rate == 400_000


def test_a_row_without_rates_claims_none_and_does_not_take_the_defaults() -> None:
    row = {"tax_return": "home", "year": "2020", "short_rate": "", "ordinary_income": "100000"}
    found, _ = read_profiles([row], {"short_rate": 0.4, "long_rate": 0.2}, ["home"], 2020)
    assert found["home"].rate(is_long=False) is None


def test_a_default_for_another_year_does_not_stand() -> None:
    assert read_profiles([], {"year": 2019, "short_rate": 0.4}, ["home"], 2020) == ({}, [])


@pytest.mark.parametrize("rate", ["35.8", "-0.1", "35%", "0.1234567"])
def test_a_rate_is_a_fraction_of_one(rate: str) -> None:
    _, (problem,) = read_profiles([{**ROW, "short_rate": rate}], {}, ["home"], 2020)
    assert (problem.where, problem.code) == ("profiles.csv:2:short_rate", "BAD_RATE")
    assert "0.358" in problem.remedy


def test_other_problems() -> None:
    _, problems = read_profiles([{**ROW, "year": "MMXX"}, ROW, ROW], {"rate": 1}, [], 2020)
    assert [(p.where, p.code) for p in problems] == [
        ("book.toml:tax_profile:rate", "UNKNOWN_KEY"),
        ("profiles.csv:2:year", "BAD_YEAR"),
        ("profiles.csv:4:tax_return", "TWO_PROFILES"),
    ]


def test_the_income_of_a_return_is_read_to_the_cent() -> None:
    row = {
        "tax_return": "home",
        "year": "2024",
        "filing_status": " MFS ",
        "state": "ny",
        "ordinary_income": "-1200.5",
        "carry_long": "3000",
        "k1_short": "-7.25",
    }
    found, problems = read_profiles([row], {}, ["home"], 2024)
    assert not problems
    assert found["home"] == TaxProfile(
        tax_return="home",
        year=2024,
        status=FilingStatus.SEPARATE,
        state="NY",
        ordinary_income_cents=-1_200_50,
        carry_long_cents=3_000_00,
        k1_short_cents=-7_25,
    )
    assert found["home"].lacks == ()


def test_a_tax_needs_a_status_and_an_income() -> None:
    found, _ = read_profiles([ROW], {}, ["home"], 2020)
    assert found["home"].lacks == ("filing_status", "ordinary_income")


def test_a_rate_of_no_state_is_refused() -> None:
    _, (problem,) = read_profiles([{**ROW, "state_rate": "0.093"}], {}, ["home"], 2020)
    assert (problem.where, problem.code) == ("profiles.csv:2:state", "NO_STATE")


@pytest.mark.parametrize(
    ("column", "cell", "code"),
    [
        ("filing_status", "married", "BAD_FILING_STATUS"),
        ("ordinary_income", "1,200", "BAD_AMOUNT"),
        ("ordinary_income", "0.001", "BAD_AMOUNT"),
        ("carry_short", "-500", "BAD_AMOUNT"),
        ("state_rate", "9.3", "BAD_RATE"),
    ],
)
def test_a_cell_that_cannot_be_read(column: str, cell: str, code: str) -> None:
    _, (problem,) = read_profiles([{**ROW, column: cell}], {}, ["home"], 2020)
    assert (problem.where, problem.code) == (f"profiles.csv:2:{column}", code)
    assert problem.remedy
