"""Taxes of the states: the own cases, and what every state has in common."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.cases import Case, of_kind, own_cases
from tests.state_tax_cases import cents, reckoned

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law.state_ma import net_by_term
from taxlots.law.state_nj import UNEVEN_CENTS
from taxlots.law.state_tax import BRACKETS, OWN_RULES, WITHOUT_TAX, state_tax
from taxlots.law.tables import YEARS
from taxlots.law.tax_of_year import federal_tax

CASES = [pytest.param(case, id=case["id"]) for case in of_kind(own_cases(), "state_tax")]
STATES = sorted({*BRACKETS, *OWN_RULES, *WITHOUT_TAX, "OR"})
AMOUNT = st.integers(-3_000_000_00, 3_000_000_00)
LOSS = st.integers(0, 500_000_00)


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case) -> None:
    expected, tax = case["expected"], reckoned(case)
    assert tax.tax_cents == cents(expected["state_tax"])
    carried = (tax.carry_short_cents, tax.carry_long_cents)
    if "carry_short" in expected:
        assert carried == (cents(expected["carry_short"]), cents(expected["carry_long"]))
    else:
        assert carried == (None, None), "the federal carryovers are the state's"
    for words in expected.get("told", []):
        assert any(words in sentence for sentence in tax.not_computed)
    if expected.get("told") == []:
        assert tax.not_computed == ()


def test_a_return_without_a_state_has_no_state_tax() -> None:
    income = ReturnIncome(
        year=2025, status=FilingStatus.SINGLE, ordinary_income_cents=100_000_00, long_cents=50_00
    )
    assert state_tax(income, 50_00).tax_cents == 0


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("year", YEARS)
def test_every_state_and_year_is_reckoned_or_says_that_it_is_not(state: str, year: int) -> None:
    income = ReturnIncome(
        year=year,
        status=FilingStatus.JOINT,
        ordinary_income_cents=100_000_00,
        long_cents=2_000_000_00,
        state=state.lower(),
    )
    tax = state_tax(income, 2_000_000_00)
    assert tax.note
    assert tax.tax_cents > 0 or state in WITHOUT_TAX or "no tax" in tax.note


@given(
    state=st.sampled_from(STATES),
    year=st.sampled_from(YEARS),
    status=st.sampled_from(FilingStatus),
    ordinary=AMOUNT,
    short=AMOUNT,
    long=AMOUNT,
    carry_short=LOSS,
    carry_long=LOSS,
    dividends=LOSS,
    more=st.integers(1, 100_000_00),
)
def test_no_state_pays_for_losses_and_more_gain_is_never_taxed_less(
    state: str,
    year: int,
    status: FilingStatus,
    ordinary: int,
    short: int,
    long: int,
    carry_short: int,
    carry_long: int,
    dividends: int,
    more: int,
) -> None:
    def tax(more_short: int, more_long: int) -> int:
        income = ReturnIncome(
            year=year,
            status=status,
            state=state,
            ordinary_income_cents=ordinary,
            short_cents=short + more_short,
            long_cents=long + more_long,
            carry_short_cents=carry_short,
            carry_long_cents=carry_long,
            qualified_dividends_cents=dividends,
        )
        return state_tax(income, federal_tax(income).capital_cents).tax_cents

    now = tax(0, 0)
    uneven = UNEVEN_CENTS if state == "NJ" else 0
    assert now >= 0
    assert tax(more, 0) >= now - uneven
    assert tax(0, more) >= now - uneven


@given(short=AMOUNT, long=AMOUNT, dividends=LOSS)
def test_massachusetts_loses_no_loss_and_taxes_no_gain_twice(
    short: int, long: int, dividends: int
) -> None:
    """What is taxed less what is carried on is all that came in; at most 2,000 leaves dividends."""
    net = net_by_term(short, long, dividends)
    taxed = net.short_cents + net.long_cents + net.dividends_cents
    assert taxed - net.carry_short_cents - net.carry_long_cents == short + long + dividends
    assert 0 <= dividends - net.dividends_cents <= 2_000_00
    assert min(net.short_cents, net.carry_short_cents) == 0
    assert min(net.long_cents, net.carry_long_cents) == 0


def test_the_reference_names_every_state_that_has_rules_here() -> None:
    reference = Path(__file__).resolve().parents[2] / "docs" / "reference" / "state-tax.md"
    rows = [line.split("|") for line in reference.read_text("utf-8").splitlines() if "|" in line]
    named = {state for row in rows for state in re.findall(r"\b[A-Z]{2}\b", row[1])}
    assert named == {*BRACKETS, *OWN_RULES, *WITHOUT_TAX}
