"""Form 4797, Part II: the sales of section 475 accounts, and what is marked at the year's end.

Instructions for Form 4797 (2025), "Traders Who Made a Mark-to-Market Election": a statement in the
columns of line 10 with each transaction, what is held and marked shown apart.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Form4797Row:
    """One transaction of a section 475 account, in the columns of line 10.

    Days are ISO dates.  ``proceeds_cents``, ``basis_cents`` and ``gain_cents`` are columns (d),
    (f) and (g); the basis is that of the last year's mark where there was one.  ``is_mark`` is a
    position that counts as sold at the end of the year (``sale_id`` is blank); of a short one
    column (d) is what it brought and column (f) what it would cost.  Basis and gain are None where
    the basis or the price is unknown.
    """

    tax_return: str
    description: str
    acquired: str
    sold: str
    proceeds_cents: int
    basis_cents: int | None
    gain_cents: int | None
    is_mark: bool
    account: str
    symbol: str
    quantity: int
    sale_id: str
    lot_id: str
