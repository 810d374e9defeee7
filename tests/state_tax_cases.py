"""Cases of kind ``state_tax``: a return and the tax of its state, reckoned by hand."""

from dataclasses import replace

from tests.cases import Case

from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import scaled
from taxlots.domain.tax_rate import RATE_PLACES
from taxlots.domain.tax_return import ReturnIncome
from taxlots.law import state_pa
from taxlots.law.state_tax import StateTax, state_tax
from taxlots.law.tax_of_year import federal_tax

MONEY = (
    "ordinary_income",
    "short",
    "long",
    "carry_short",
    "carry_long",
    "unrecaptured_1250",
    "qualified_dividends",
    "state_carry_short",
    "state_carry_long",
)


def cents(text: str) -> int:
    value = scaled(text, 2)
    assert value is not None
    return value


def income_of(case: Case) -> ReturnIncome:
    """The case's return; what Pennsylvania sees otherwise is summed from its sales or spouses."""
    given = case["input"]
    income = ReturnIncome(
        year=given["year"],
        status=FilingStatus(given["status"]),
        state=given["state"],
        state_rate_ppm=scaled(given["state_rate"], RATE_PLACES) if "state_rate" in given else None,
        **{f"{name}_cents": cents(given[name]) for name in MONEY if name in given},
    )
    if "sales" in given:
        columns = ("proceeds", "basis", "wash_adjustment")
        gains = [state_pa.own_gain(*(cents(sale[c]) for c in columns)) for sale in given["sales"]]
        return replace(income, state_gains_cents=(sum(gains),))
    if "spouse_gains" in given:
        return replace(income, state_gains_cents=tuple(map(cents, given["spouse_gains"])))
    return income


def reckoned(case: Case) -> StateTax:
    """The state tax that the rules reckon for a case."""
    income = income_of(case)
    return state_tax(income, federal_tax(income).capital_cents)
