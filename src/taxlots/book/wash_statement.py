"""The statement that code W needs where less is disallowed than Form 1099-B says in box 1g.

Instructions for Form 8949 (2025), code W: "attach a statement to your return explaining the
difference".
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from taxlots.book.form_8949 import NOTHING_TOLD, RowWriter, Told
from taxlots.domain.calendar import day_number
from taxlots.domain.form_8949 import Form8949Row

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.view_pieces import Pair

NOT_SAID: Final = "by the books of all accounts, fewer shares replaced what was sold"


@dataclass(frozen=True, slots=True, kw_only=True)
class WashStatementRow:
    """One row of Form 8949 whose column (g) is below box 1g, and why, in words.

    ``reported_cents`` is box 1g, ``disallowed_cents`` what section 1091 disallows; days and
    description are those of the form.
    """

    tax_return: str
    box: str
    description: str
    acquired: str
    sold: str
    reported_cents: int
    disallowed_cents: int
    because: str
    account: str
    symbol: str
    quantity: int
    sale_id: str
    lot_id: str

    @property
    def difference_cents(self) -> int:
        """How much of the loss that the broker left out is allowed."""
        return self.reported_cents - self.disallowed_cents


def wash_statement(
    pairs: Iterable[Pair],
    books: Books,
    year: int,
    *,
    told: Mapping[int, Told] | None = None,
    because: Mapping[int, str] | None = None,
) -> tuple[WashStatementRow, ...]:
    """The rows of a year whose disallowed loss is less than box 1g, in the order of the pairs.

    ``told`` and ``because`` are by the place of a pair among ``pairs``: what its Form 1099-B says
    beside figures, and why the two differ.
    """
    first, end = day_number(year, 1, 1), day_number(year + 1, 1, 1)
    lower = [
        (at, pair)
        for at, pair in enumerate(pairs)
        if first <= pair.sold < end and needs_statement(pair)
    ]
    if not lower:
        return ()
    writer = RowWriter(books, year, with_straight=True)
    return tuple(
        _row(pair, writer.row(pair, (told or {}).get(at, NOTHING_TOLD)), (because or {}).get(at))
        for at, pair in lower
        if writer.is_on_form(pair.place)
    )


def statement_text(rows: Iterable[WashStatementRow]) -> str:
    """The statement as sentences, a line for each row; blank without rows."""
    from taxlots.domain.money import dollars

    return "".join(
        f"Box {row.box}: {row.description}, acquired {row.acquired}, sold {row.sold}: Form 1099-B "
        f"shows a wash sale loss disallowed of {dollars(row.reported_cents)}; section 1091 "
        f"disallows {dollars(row.disallowed_cents)}, because {row.because}.\n"
        for row in rows
    )


def needs_statement(pair: Pair) -> bool:
    """Whether less of a loss is disallowed than Form 1099-B says in box 1g."""
    return _disallowed(pair) < _reported(pair)


def _reported(pair: Pair) -> int:
    return 0 if pair.broker is None else pair.broker.disallowed_cents


def _disallowed(pair: Pair) -> int:
    return 0 if pair.taxpayer is None else pair.taxpayer.disallowed_cents


def _row(pair: Pair, row: Form8949Row, because: str | None) -> WashStatementRow:
    return WashStatementRow(
        tax_return=row.tax_return,
        box=row.box,
        description=row.description,
        acquired=row.acquired,
        sold=row.sold,
        reported_cents=_reported(pair),
        disallowed_cents=_disallowed(pair),
        because=because or NOT_SAID,
        account=row.account,
        symbol=row.symbol,
        quantity=row.quantity,
        sale_id=row.sale_id,
        lot_id=row.lot_id,
    )
