"""From rows to the events of one household, in the order in which they are booked."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from fractions import Fraction

from .book import Account, Book, Row, day
from .money import UNITS_IN_A_SHARE, cents, rounded, units
from .settlement import standard_settlement

PURCHASES = {"BUY", "REINVEST", "RSU_VEST", "ESPP", "TAXABLE_EXCHANGE", "BUY_OPTION"}
SALES = {"SELL", "SELL_OPTION", "CASH_IN_LIEU", "TENDER"}
SHORTING = {"SELL_SHORT", "WRITE_OPTION"}
CLOSING = {"BUY_TO_COVER", "CLOSE_OPTION"}
FILLS = PURCHASES | SALES | SHORTING | CLOSING
NET_OF_FEES = SALES | SHORTING | {"LIQUIDATION"}


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

    def says(self, column: str) -> bool:
        return self.cells.get(column, "").lower() in {"true", "1", "yes"}

    @property
    def is_split(self) -> bool:
        """A split, or a stock dividend of the same class that is not taxed."""
        plain = not self.to_symbol and not self.says("taxable")
        return self.action == "SPLIT" or (self.action == "STOCK_DIVIDEND" and plain)

    @property
    def is_sale(self) -> bool:
        return self.action in SALES and not (self.action == "TENDER" and self.to_symbol)

    def per_unit(self, column: str, quantity: int) -> int:
        """A cell in dollars: the row's total, or of each share where the account is blank."""
        if self.account:
            return cents(self.cells.get(column, ""))
        return rounded(Fraction(self.cells.get(column) or "0") * 100 * quantity / UNITS_IN_A_SHARE)


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
    event = Event(
        action=row["action"],
        day=on,
        cells=row,
        quantity=units(row.get("quantity", "")),
        amount=_amount(book, row),
    )
    if not (event.is_sale and _is_late(book, row, on)):
        named = [name.split(":") for name in (row.get("lots") or "").split(";") if name]
        event.lots = [(lot_id, units("".join(quantity))) for lot_id, *quantity in named]
    return event


def _is_late(book: Book, row: Row, traded: date) -> bool:
    """Reg. 1.1012-1(c)(8): by the settlement date, or by that of Rule 15c6-1 if it is earlier.

    Digital assets by the moment of their sale, (j)(2), where both moments are stated.
    """
    stated = row.get("identified_at") or ""
    identified = day(stated[:10])
    if identified is None:
        return False
    if book.kind_of(row["symbol"]) == "digital_asset":
        moments = (stated[11:19], row.get("time") or "")
        return identified > traded or (
            identified == traded and all(moments) and moments[0] > moments[1]
        )
    standard = standard_settlement(traded)
    return identified > min(day(row.get("settle_date")) or standard, standard)


def _amount(book: Book, row: Row) -> int:
    """Cost or net proceeds in cents."""
    action, income = row["action"], cents(row.get("compensation_income", ""))
    if action in {"TAXABLE_EXCHANGE", "INHERIT", "IRA_DISTRIBUTION"}:
        return cents(row["fmv"])
    if action == "RSU_VEST" and not row.get("amount") and not row.get("price"):
        return income
    if row.get("amount"):
        amount = cents(row["amount"])
    elif row.get("cash") and not row.get("price"):
        amount = cents(row["cash"])
    else:
        gross = Fraction(row.get("quantity") or "0") * Fraction(row.get("price") or "0")
        gross *= book.multiplier_of(row.get("symbol", ""))
        fees = Fraction(row.get("fees") or "0")
        amount = rounded(100 * (gross - fees if action in NET_OF_FEES else gross + fees))
    return amount + income if action in {"ESPP", "BUY"} else amount


def _fills_as_one(placed: list[tuple[Place, Event]]) -> list[tuple[Place, Event]]:
    """Fills of one order are one transaction at the place of the first."""
    kept: list[tuple[Place, Event]] = []
    orders: dict[tuple[str, str, str, date, str], Event] = {}
    for place, event in placed:
        key = (event.action, event.account, event.symbol, event.day, event.order_id)
        is_fill = event.action in FILLS and (event.is_sale or event.action not in SALES)
        if is_fill and event.order_id and key in orders:
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
        if event.is_split:
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
