"""Rows of Form 8949 taken together: whole dollars, one row a sale, and totals of a statement."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Mapping
from dataclasses import replace
from typing import Final

from taxlots.book.form_8949 import VARIOUS
from taxlots.book.results import STATUSES
from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.money import CENTS_PER_DOLLAR

STATEMENT: Final = "see attached statement"


def whole_dollars(cents: int) -> int:
    """An amount in whole dollars, as cents: less than 50 cents is dropped, else one dollar more.

    Instructions for Form 8949, "Rounding off to whole dollars": so with losses too, by what stands
    in the parentheses.
    """
    dollars = (abs(cents) + CENTS_PER_DOLLAR // 2) // CENTS_PER_DOLLAR * CENTS_PER_DOLLAR
    return -dollars if cents < 0 else dollars


def in_whole_dollars(row: Form8949Row) -> Form8949Row:
    """A row with columns (d), (e) and (g) rounded, and (h) made of them, so that it foots."""
    proceeds, adjustment = whole_dollars(row.proceeds_cents), whole_dollars(row.adjustment_cents)
    is_wash_alone = row.wash_cents == row.adjustment_cents
    row = replace(
        row,
        proceeds_cents=proceeds,
        adjustment_cents=adjustment,
        wash_cents=adjustment if is_wash_alone else whole_dollars(row.wash_cents),
    )
    if row.basis_cents is None or row.gain_cents is None:
        return row
    basis = whole_dollars(row.basis_cents)
    return replace(
        row,
        basis_cents=basis,
        gain_cents=proceeds - basis + adjustment,
    )


def one_row_a_sale(
    rows: Iterable[Form8949Row], description_of: Callable[[Form8949Row], str]
) -> tuple[Form8949Row, ...]:
    """Rows of one sale with the same box and codes as one, its lots acquired on VARIOUS days.

    ``description_of`` writes column (a) of the sum anew.
    """

    def key(row: Form8949Row) -> Hashable:
        of_sale = (row.tax_return, row.box, row.is_straight, row.sale_id, row.account, row.symbol)
        return (*of_sale, row.codes, row.expired, row.sold, row.gain_cents is None)

    made = []
    for group in _groups(rows, key):
        total = _summed(group)
        total = replace(total, sale_id=group[0].sale_id)
        made.append(
            group[0] if len(group) == 1 else replace(total, description=description_of(total))
        )
    return tuple(made)


def statement_totals(
    rows: Iterable[Form8949Row], brokers: Mapping[str, str]
) -> tuple[Form8949Row, ...]:
    """Exception 2: one row with code M for each broker and box, of rows on an attached statement.

    ``brokers`` names the broker of each account.  Rows that stand on Schedule D without Form 8949
    are none of them.  Rows of unknown basis stay as they are: no total can hold them.
    """

    def key(row: Form8949Row) -> Hashable:
        return row.tax_return, row.box, brokers.get(row.account) or row.account

    listed = [row for row in rows if not row.is_straight]
    known = [row for row in listed if row.gain_cents is not None]
    totals = []
    for group in _groups(known, key):
        broker = brokers.get(group[0].account) or group[0].account
        total = replace(
            _summed(group),
            description=f"{broker}, {STATEMENT}",
            acquired="",
            sold="",
            codes="".join(sorted({"M", *(code for row in group for code in row.codes)})),
            account="" if len({row.account for row in group}) > 1 else group[0].account,
            symbol="",
            quantity=0,
            lot_id="",
            expired="",
        )
        totals.append(total)
    return (*totals, *(row for row in listed if row.gain_cents is None))


def _groups(
    rows: Iterable[Form8949Row], key: Callable[[Form8949Row], Hashable]
) -> list[list[Form8949Row]]:
    """Rows of equal keys together, in the order in which the keys come first."""
    found: dict[Hashable, list[Form8949Row]] = {}
    for row in rows:
        found.setdefault(key(row), []).append(row)
    return list(found.values())


def _summed(group: list[Form8949Row]) -> Form8949Row:
    """The sums of rows with a known basis, under the columns of the first."""
    first = group[0]
    if first.gain_cents is None:
        return first
    acquired = {row.acquired for row in group}
    return replace(
        first,
        acquired=first.acquired if len(acquired) == 1 else VARIOUS,
        proceeds_cents=sum(row.proceeds_cents for row in group),
        basis_cents=sum(row.basis_cents or 0 for row in group),
        adjustment_cents=sum(row.adjustment_cents for row in group),
        gain_cents=sum(row.gain_cents or 0 for row in group),
        wash_cents=sum(row.wash_cents for row in group),
        quantity=sum(row.quantity for row in group),
        sale_id="",
        lot_id=first.lot_id if len(group) == 1 else "",
        status=max((row.status for row in group), key=STATUSES.index),
    )
