"""From rows to the events of one household, in the order in which they are booked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .book import Account, Book, Row, day
from .money import cents, rounded, units

PURCHASES = {"BUY", "REINVEST", "RSU_VEST", "ESPP", "TAXABLE_EXCHANGE", "BUY_OPTION"}
SALES = {"SELL", "SELL_OPTION"}
SPLITS = {"SPLIT", "STOCK_DIVIDEND"}
FILLS = PURCHASES | SALES


@dataclass
class Event:
    """One thing to book.  ``rank`` is its place; ``amount`` its cost or its net proceeds.

    The action ``EXPECT`` is not in the journal: it stands at the end of the day on which shares
    were acquired elsewhere that a later TRANSFER_IN, ``arrival``, brings in.
    """

    action: str
    day: date
    cells: Row
    quantity: int = 0
    amount: int = 0
    lots: list[tuple[str, int]] = field(default_factory=list)
    rank: int = -1
    arrival: "Event | None" = None

    def __getattr__(self, name: str) -> str:
        """A cell of the row, blank when the row has none."""
        if name.startswith("_"):
            raise AttributeError(name)
        return self.cells.get(name, "")

    @property
    def ratio(self) -> Fraction:
        return Fraction(self.cells["ratio"])


def events_of(book: Book, household: list[Account]) -> list[Event]:
    """The household's events up to the as-of date, each with its rank."""
    placed = list(_placed_rows(book, {account.id for account in household}))
    placed.sort(key=lambda item: item[0])
    placed = _split_once(_fills_as_one(placed))
    outgoing = {event.order_id for _, event in placed if event.action == "TRANSFER_OUT"} - {""}
    for place, event in list(placed):
        if event.action == "TRANSFER_IN" and event.order_id not in outgoing:
            placed.append((_place_of_acquisition(place, event), _expectation(event)))
    placed.sort(key=lambda item: item[0])
    for rank, (_, event) in enumerate(placed):
        event.rank = rank
    return [event for _, event in placed]


Place = tuple[date, int, str, float]


def _placed_rows(book: Book, account_ids: set[str]) -> Iterator[tuple[Place, Event]]:
    """Rows by (date, time, row); a blank time is that of the row before it on that date."""
    taken_back = {row["note"] for row in book.rows if row["action"] == "VOID"}
    times: dict[date, str] = {}
    for number, row in enumerate(book.rows):
        mine = not row.get("account") or row["account"] in account_ids
        on = date.fromisoformat(row["date"])
        if row["action"] == "VOID" or row["id"] in taken_back or not mine or on > book.last_day():
            continue
        times[on] = row.get("time") or times.get(on, "00:00:00")
        yield (on, 0, times[on], number), _event(book, row, on)


def _event(book: Book, row: Row, on: date) -> Event:
    named = [name.split(":") for name in (row.get("lots") or "").split(";") if name]
    return Event(
        action=row["action"],
        day=on,
        cells=row,
        quantity=units(row.get("quantity", "")),
        amount=_amount(book, row),
        lots=[(lot_id, units(quantity)) for lot_id, quantity in named],
    )


def _amount(book: Book, row: Row) -> int:
    """Cost or net proceeds in cents."""
    if row["action"] in {"TAXABLE_EXCHANGE", "INHERIT", "IRA_DISTRIBUTION"}:
        return cents(row["fmv"])
    if row.get("amount"):
        amount = cents(row["amount"])
    else:
        gross = Fraction(row.get("quantity") or "0") * Fraction(row.get("price") or "0")
        gross *= book.multiplier_of(row.get("symbol", ""))
        fees = Fraction(row.get("fees") or "0")
        amount = rounded(100 * (gross - fees if row["action"] in SALES else gross + fees))
    if row["action"] == "ESPP":
        amount += cents(row.get("compensation_income", ""))
    return amount


def _fills_as_one(placed: list[tuple[Place, Event]]) -> list[tuple[Place, Event]]:
    """Fills of one order are one transaction at the place of the first."""
    kept: list[tuple[Place, Event]] = []
    orders: dict[tuple[str, str, str, date, str], Event] = {}
    for place, event in placed:
        key = (event.action, event.account, event.symbol, event.day, event.order_id)
        if event.action in FILLS and event.order_id and key in orders:
            first = orders[key]
            first.quantity += event.quantity
            first.amount += event.amount
            first.lots += event.lots
        else:
            orders[key] = event
            kept.append((place, event))
    return kept


def _split_once(placed: list[tuple[Place, Event]]) -> list[tuple[Place, Event]]:
    """Rows that state the same split are one event, for every account of the household."""
    kept, seen = [], set()
    for place, event in placed:
        if event.action in SPLITS:
            key = (event.symbol, event.day, event.ratio)
            if key in seen:
                continue
            seen.add(key)
        kept.append((place, event))
    return kept


def _place_of_acquisition(place: Place, arrival: Event) -> Place:
    """After the last row of the day of acquisition, in row order among several."""
    acquired = day(arrival.acquired_date) or arrival.day
    if acquired >= arrival.day:
        return (*place[:3], place[3] - 0.5)
    return (acquired, 1, "", place[3])


def _expectation(arrival: Event) -> Event:
    acquired = day(arrival.acquired_date) or arrival.day
    return Event(action="EXPECT", day=acquired, cells=arrival.cells, arrival=arrival)
