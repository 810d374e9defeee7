"""The tax of a return whose figures somebody states, without a book."""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal
from typing import Any, Final

from taxlots.book.taxed_return import TaxedReturn, tax_of_return
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.money import LIMIT
from taxlots.domain.problem import UsageError
from taxlots.domain.settings import scaled_value
from taxlots.domain.tax_rate import RATE_ONE, RATE_PLACES
from taxlots.domain.tax_return import ReturnIncome
from taxlots.workflows.tax import check_year

Amount = str | int | float | Decimal | None

SIGNED: Final = {
    "ordinary_income": "ordinary_income_cents",
    "short_term": "short_cents",
    "long_term": "long_cents",
    "collectibles": "gain_28_cents",
    "magi": "magi_cents",
}
UNSIGNED: Final = {
    "carry_short": "carry_short_cents",
    "carry_long": "carry_long_cents",
    "qualified_dividends": "qualified_dividends_cents",
    "unrecaptured_1250": "unrecaptured_1250_cents",
    "net_investment_income": "net_investment_income_cents",
    "deductions": "deductions_cents",
    "state_local_taxes": "state_local_taxes_cents",
}
AMOUNTS: Final = SIGNED | UNSIGNED

LARGEST_CENTS: Final = LIMIT // RATE_ONE


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What is stated of a return, as it was written; None is not stated.

    Amounts are dollars, ``state_rate`` is a fraction of one.
    """

    status: str | None = None
    ordinary_income: Amount = None
    short_term: Amount = None
    long_term: Amount = None
    carry_short: Amount = None
    carry_long: Amount = None
    qualified_dividends: Amount = None
    collectibles: Amount = None
    unrecaptured_1250: Amount = None
    deductions: Amount = None
    itemized: bool = False
    state_local_taxes: Amount = None
    magi: Amount = None
    net_investment_income: Amount = None
    state: str | None = None
    state_rate: Amount = None
    tax_table: bool = False

    @property
    def stated(self) -> list[str]:
        """The options that were given, as the command line writes them."""
        values = {field.name: getattr(self, field.name) for field in fields(self)}
        return [_option(name) for name, value in values.items() if value not in (None, False)]


def tax_of_facts(year: int, facts: Facts) -> TaxedReturn:
    """The tax of a return as it is stated.

    UsageError says which value cannot be read, or is missing, and how it is written.
    """
    check_year(year)
    return tax_of_return(income_of_facts(year, facts))


def income_of_facts(year: int, facts: Facts) -> ReturnIncome:
    """The income of a return as it is stated, of any year.  UsageError as for ``tax_of_facts``."""
    cents: dict[str, Any] = {
        target: _cents(name, value)
        for name, target in AMOUNTS.items()
        if (value := getattr(facts, name)) is not None
    }
    if facts.ordinary_income is None:
        raise UsageError(
            "there is no ordinary income; add --ordinary-income, what is taxed of it after "
            "deductions and before every capital item, or name a book"
        )
    itemizes = facts.itemized or facts.state_local_taxes is not None
    if itemizes and facts.deductions is None:
        raise UsageError(
            "the itemized deductions are not stated; add --deductions, those that the ordinary "
            "income is after, without state and local taxes where these are stated"
        )
    if facts.state_rate is not None and not (facts.state or "").strip():
        raise UsageError("--state-rate is the rate of a state; add --state, like CA")
    return ReturnIncome(
        year=year,
        status=_status(facts.status),
        itemizes=itemizes,
        state=(facts.state or "").strip().upper(),
        state_rate_ppm=None if facts.state_rate is None else _rate(facts.state_rate),
        uses_tax_table=facts.tax_table,
        **cents,
    )


def _option(name: str) -> str:
    """How the command line writes a name: ``--carry-short``."""
    return "--" + name.replace("_", "-")


def _cents(name: str, value: Amount) -> int:
    cents = scaled_value(value, 2)
    if cents is None or abs(cents) > LARGEST_CENTS:
        raise UsageError(
            f"{_option(name)} {str(value)[:40]!r} is no amount of dollars; write it as 1234.56, "
            "with at most two decimals and without separators"
        )
    if cents < 0 and name in UNSIGNED:
        raise UsageError(f"{_option(name)} {value} is negative; write the amount without a sign")
    return cents


def _rate(value: Amount) -> int:
    rate = scaled_value(value, RATE_PLACES)
    if rate is None or not 0 <= rate <= RATE_ONE:
        raise UsageError(
            f"--state-rate {str(value)[:40]!r} is no rate from 0 to 1; write 0.093 for 9.3 %"
        )
    return rate


def _status(text: str | None) -> FilingStatus:
    try:
        return FilingStatus((text or "").strip().lower())
    except ValueError:
        said = "there is no filing status" if text is None else f"{text!r} is no filing status"
        raise UsageError(f"{said}; add --status with one of {', '.join(FilingStatus)}") from None
