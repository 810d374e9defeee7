"""What each transaction costs or brings, in cents.  26 USC 1012(a) and 1001(b).

A stated amount wins over price and fees; without one, quantity × multiplier × price, and fees,
are rounded once, half up.
"""

from __future__ import annotations

from fractions import Fraction
from math import floor
from typing import Final

import numpy as np

from taxlots.book.cells import Int64, Mask
from taxlots.book.journal import ACTION_CODE, Journal, rows_where
from taxlots.domain.action import SALE_ACTIONS, Action
from taxlots.domain.money import LIMIT, apportion
from taxlots.domain.view import View

FAST_UNITS: Final = 10**14
"""1e-8 shares times 1e-8 dollars, in a cent."""
FITS: Final = 4.0e18
PROCEEDS: Final = SALE_ACTIONS | {Action.SELL_SHORT, Action.WRITE_OPTION}
PAID_IN_CASH: Final = (
    Action.CASH_IN_LIEU,
    Action.TENDER,
    Action.RETURN_OF_CAPITAL,
    Action.LIQUIDATION,
    Action.MERGER,
)
"""Actions whose ``cash`` is the amount where ``amount`` is blank."""
WITH_INCOME: Final = (Action.BUY, Action.ESPP)
"""Acquisitions whose basis takes the ordinary income recognized (26 USC 83, 421(b), 423(c))."""


def cents_of(journal: Journal, view: View = View.TAXPAYER) -> Int64:
    """Cost or net proceeds of every row in cents; 0 for rows that have neither.

    In a broker's view compensation income joins no basis, and shares that vest have none
    (Treas. Reg. 1.6045-1(d)(6)(ii)(A)).

    Raises OverflowError where an amount, or the share equivalents of all rows, do not fit.
    """
    number = journal.number
    amount = number["amount"]
    cents = amount.values.copy()
    selling = np.isin(journal.action, [ACTION_CODE[a] for a in PROCEEDS]) | _sells_stock(journal)
    computed = amount.is_blank & ~number["price"].is_blank & (journal.action >= 0)
    computed &= ~number["price"].is_bad & ~number["fees"].is_bad
    multiplier = _multipliers(journal)
    units = share_equivalents(journal)
    price = number["price"].values
    fees = np.where(selling, -number["fees"].values, number["fees"].values)
    is_exact = ~(number["price"].is_finer | number["fees"].is_finer)
    is_fast = is_exact & (units.astype(np.float64) * price.astype(np.float64) < FITS)
    gross = (units * np.where(is_fast, price, 0) + FAST_UNITS // 2) // FAST_UNITS
    cents = np.where(computed & is_fast, gross + fees, cents)
    for row in rows_where(computed & is_exact & ~is_fast):
        cents[row] = apportion(int(units[row]), int(price[row]), FAST_UNITS) + int(fees[row])
    for row in rows_where(computed & ~is_exact):
        cents[row] = _computed_apart(journal, row, int(multiplier[row]), bool(selling[row]))
    income = number["compensation_income"]
    with_income = np.isin(journal.action, [ACTION_CODE[a] for a in WITH_INCOME])
    is_vest = journal.action == ACTION_CODE[Action.RSU_VEST]
    if view is View.BROKER:
        return np.where(is_vest, 0, _paid_and_valued(journal, cents))
    cents = np.where(with_income, cents + income.values, cents)
    vested_by_income = is_vest & amount.is_blank & number["price"].is_blank
    return _paid_and_valued(journal, np.where(vested_by_income, income.values, cents))


def _paid_and_valued(journal: Journal, cents: Int64) -> Int64:
    """Amounts that a row states as cash, or as the value of what comes in."""
    number = journal.number
    paid = np.isin(journal.action, [ACTION_CODE[a] for a in PAID_IN_CASH])
    is_cash = number["amount"].is_blank & ~number["cash"].is_blank
    cents = np.where(paid & is_cash, number["cash"].values, cents)
    at_value = [Action.TAXABLE_EXCHANGE, Action.IRA_DISTRIBUTION, Action.INHERIT]
    by_value = np.isin(journal.action, [ACTION_CODE[a] for a in at_value])
    return np.where(by_value, number["fmv"].values, cents)


def _sells_stock(journal: Journal) -> Mask:
    """Exercises of puts and assignments of calls: their fees lower what they bring."""
    securities = journal.record.securities
    puts = [n in securities and securities[n].is_put for n in journal.symbol.names]
    is_put = np.array([*puts, False], np.bool_)[journal.symbol.values]
    exercised = journal.action == ACTION_CODE[Action.EXERCISE]
    assigned = journal.action == ACTION_CODE[Action.ASSIGN]
    return np.asarray((exercised & is_put) | (assigned & ~is_put), np.bool_)


def share_equivalents(journal: Journal) -> Int64:
    """Quantity times multiplier of every row.  Raises OverflowError where the sum does not fit."""
    quantity = journal.number["quantity"].values
    multiplier = _multipliers(journal)
    if float(np.abs(quantity.astype(np.float64) * multiplier).sum()) >= LIMIT:
        raise OverflowError("the quantities are too large for the books")
    return np.asarray(quantity * multiplier, np.int64)


def _multipliers(journal: Journal) -> Int64:
    securities = journal.record.securities
    table = [securities[n].multiplier if n in securities else 1 for n in journal.symbol.names]
    return np.array([*table, 1], np.int64)[journal.symbol.values]


def _computed_apart(journal: Journal, row: int, multiplier: int, is_sale: bool) -> int:
    """The amount of a row whose price or fees have more decimals than the columns hold."""
    table = journal.record.transactions
    price = Fraction(str(table.column("price")[row].as_py()).strip())
    fees = Fraction(0)
    if "fees" in table.column_names and not journal.number["fees"].is_blank[row]:
        fees = Fraction(str(table.column("fees")[row].as_py()).strip())
    shares = Fraction(int(journal.number["quantity"].values[row]), 10**8) * multiplier
    dollars = shares * price + (-fees if is_sale else fees)
    return floor(dollars * 100 + Fraction(1, 2))
