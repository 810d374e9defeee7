"""What was received on the shares of a realized piece while they were held."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING, Any, Final

from taxlots.book.of_record import (
    Distribution,
    Restatement,
    distributions,
    held_at,
    held_since,
)
from taxlots.domain.action import Action
from taxlots.domain.security import Security
from taxlots.law.s852_fund_losses import is_excepted

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.cells import Int64
    from taxlots.book.results import Realized

KINDS: Final = (
    Action.CAPITAL_GAIN_DISTRIBUTION,
    Action.EXEMPT_INTEREST_DIVIDEND,
    Action.DIVIDEND,
)


@dataclass(slots=True)
class Received:
    """Exact cents received on the units of one piece, and since when these count as held.

    ``extraordinary`` are dividends whose row says ``elected``: qualified and extraordinary.
    """

    held_since: int
    capital_gain: Fraction = Fraction(0)
    exempt_interest: Fraction = Fraction(0)
    extraordinary: Fraction = Fraction(0)


def received_on(books: Books, realized: Realized, places: Int64) -> dict[int, Received]:
    """What was received on the pieces at these places; pieces without anything are left out.

    A payment is spread over the units that its position held on the day of record; a piece has
    what its own lot's units had, restated by the splits since.
    """
    paid = [
        one
        for one in distributions(books, KINDS)
        if one.action is not Action.DIVIDEND or one.is_elected
    ]
    if not paid:
        return {}
    restated = Restatement(books)
    rows = books.state.table("rows")[realized.source]
    held = held_at(books, _points(paid, realized, places))
    own = {(*point, lot.lot) for point, lots in held.items() for lot in lots}
    by_lot: dict[int, list[int]] = {}
    for at in places.tolist():
        by_lot.setdefault(int(rows["lot"][at]), []).append(at)
    found: dict[int, Received] = {}
    for one in paid:
        of_record = held.get((one.position, one.ex_day), [])
        total = sum(lot.quantity for lot in of_record)
        names = restated.names_of(one.position) if of_record else set()
        for number, stop in {lot.lot: lot.stop for lot in of_record}.items():
            for at in by_lot.get(number, ()):
                position, event = int(realized.position[at]), int(rows["event"][at])
                is_elsewhere = position != one.position
                if event < stop or books.blueprint.places[position][1] not in names:
                    continue
                if is_elsewhere and (position, one.ex_day, number) in own:
                    continue
                ratio = restated.ratio(stop, event, (one.position, position))
                got = found.setdefault(at, Received(_since(rows[at])))
                cents = Fraction(one.cents * int(realized.quantity[at]), ratio * total)
                _add(books, got, one, cents)
    return found


def _points(
    paid: Iterable[Distribution], realized: Realized, places: Int64
) -> set[tuple[int, int]]:
    """The positions and days to ask for: between the first purchase and the last sale."""
    last = int(realized.sold[places].max())
    first = int(realized.acquired[places].min())
    return {(one.position, one.ex_day) for one in paid if first < one.ex_day <= last}


def _since(row: Any) -> int:
    return held_since(int(row["acquired"]), int(row["holding_period"]), int(row["flags"]))


def _add(books: Books, got: Received, one: Distribution, cents: Fraction) -> None:
    symbol = books.journal.symbol_of(one.row)
    security = books.record.securities.get(symbol) or Security(symbol=symbol)
    if one.action is Action.CAPITAL_GAIN_DISTRIBUTION:
        got.capital_gain += cents
    elif one.action is Action.DIVIDEND:
        got.extraordinary += cents
    elif not is_excepted(security.pays_exempt_daily):
        got.exempt_interest += cents
