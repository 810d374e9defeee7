"""Form 8949 from the realized pieces of a year, beside what a Form 1099-B says of them.

Columns and codes are those of the Instructions for Form 8949 (2025); ``book.view_form`` makes
columns (d) to (h) of one piece, here is everything around them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from taxlots.book.desk import OWED
from taxlots.book.journal import ACTION_CODE, ACTIONS
from taxlots.book.results import BASIS_UNKNOWN, FINAL, STATUSES, realized_of
from taxlots.book.view_form import FormRow, form_row
from taxlots.book.year_items import is_of_form_8949, tax_returns
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of, day_number
from taxlots.domain.form_8949 import Form8949Row
from taxlots.domain.money import shares
from taxlots.domain.security import Security, SecurityKind

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.desk import Place
    from taxlots.book.view_pieces import Figures, Pair

BOXES: Final = "ABCGHIDEFJKL"
"""The check boxes in the order of the form: Part I, then Part II."""

STRAIGHT_BOXES: Final = frozenset("ADGJ")
"""Basis reported to the IRS: what exception 1 asks for."""

DIGITAL_BOXES_FROM: Final = 2025
"""The first year whose form has boxes G to L, with Form 1099-DA."""

OWN_CUSTODY: Final = frozenset({"self", "self-custody", "own", "wallet", "none"})
"""Names of a custodian that is none: nobody reports what is sold there."""

INHERITED: Final = "INHERITED"
VARIOUS: Final = "VARIOUS"
EXPIRED: Final = "Expired"

OPTION_SALES: Final = frozenset({Action.EXERCISE, Action.ASSIGN})

FEW: Final = frozenset({SecurityKind.OPTION, SecurityKind.SECTION_1256})


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What the Form 1099-B of a piece says beside ``Figures``; by default nothing.

    ``accrued_market_discount_cents`` is box 1f; ``is_ordinary`` and ``is_qof`` are boxes 2 and 3.
    ``has_various_dates``: box 1b names no day.
    """

    accrued_market_discount_cents: int = 0
    is_ordinary: bool = False
    is_qof: bool = False
    has_various_dates: bool = False


NOTHING_TOLD: Final = Told()


def form_8949_rows(
    pairs: Iterable[Pair],
    books: Books,
    year: int,
    *,
    tax_return: str | None = None,
    told: Mapping[int, Told] | None = None,
    with_straight: bool = True,
) -> tuple[Form8949Row, ...]:
    """The rows of a year by return, box and booking order; None is every return.

    ``pairs`` are realized pieces of ``books`` beside what their brokers report, whether that is
    the broker's view of the same book or an actual Form 1099-B; ``told`` has what the latter says
    beyond figures, by the place of the pair among ``pairs``.  ``with_straight`` lets rows of
    exception 1 stand on Schedule D without Form 8949.
    """
    writer = RowWriter(books, year, with_straight=with_straight)
    first, end = day_number(year, 1, 1), day_number(year + 1, 1, 1)
    found: list[tuple[tuple[int, int, bool], Form8949Row]] = []
    number = {name: at for at, name in enumerate(tax_returns(books))}
    for at, pair in enumerate(pairs):
        if not first <= pair.sold < end or not writer.is_on_form(pair.place):
            continue
        row = writer.row(pair, (told or {}).get(at, NOTHING_TOLD))
        if tax_return in (None, row.tax_return):
            found.append(((number[row.tax_return], BOXES.index(row.box), row.is_straight), row))
    found.sort(key=lambda keyed: keyed[0])
    return tuple(row for _, row in found)


def corrected_row(
    proceeds_cents: int,
    broker_basis_cents: int,
    correct_basis_cents: int,
    *,
    is_basis_reported: bool,
) -> FormRow:
    """Columns (d) to (h) of a sale whose basis Form 1099-B has wrong, in cents.

    Where the IRS got the basis it stays in column (e) and column (g) corrects it with code B;
    else column (e) is the correct basis (Instructions for Form 8949, code B).
    """
    from taxlots.book.view_pieces import Figures, Pair

    def side(basis_cents: int) -> Figures:
        return Figures(
            lot_row=0,
            acquired=0,
            holding_period=0,
            quantity=1,
            proceeds_cents=proceeds_cents,
            basis_cents=basis_cents,
            disallowed_cents=0,
            nondeductible_cents=0,
            is_long=False,
            is_unknown=False,
            is_covered=is_basis_reported,
            rules=0,
        )

    place = ("", "", "")
    return form_row(Pair(0, place, 0, side(correct_basis_cents), side(broker_basis_cents)))


class RowWriter:
    """Writes rows in the words of one book."""

    def __init__(self, books: Books, year: int, *, with_straight: bool) -> None:
        self.journal = books.journal
        self.year = year
        self.with_straight = with_straight
        self.accounts = {account.id: account for account in books.record.accounts}
        self.securities = books.record.securities
        self.status = _statuses(books)
        self.fees = books.journal.number["fees"].values
        self.fills = books.fills
        self.ids = books.journal.ids.to_pylist()
        self._on_form: dict[Place, bool] = {}
        self._days: dict[int, str] = {}

    def is_on_form(self, place: Place) -> bool:
        """Whether sales at a place stand on Form 8949."""
        if place not in self._on_form:
            account = self.accounts[place[0]]
            is_taxable = not account.kind.is_tax_deferred
            self._on_form[place] = is_taxable and is_of_form_8949(account, self.security(place[1]))
        return self._on_form[place]

    def security(self, symbol: str) -> Security:
        """A security of the book; one that is not listed is a stock."""
        return self.securities.get(symbol) or Security(symbol=symbol)

    def row(self, pair: Pair, told: Told) -> Form8949Row:
        """The row of one pair."""
        account, symbol, way = pair.place
        security = self.security(symbol)
        is_digital = security.kind is SecurityKind.DIGITAL_ASSET
        if pair.taxpayer is not None and not self._is_on_form_1099b(pair, is_digital=is_digital):
            pair = replace(pair, broker=None)
        has_digital_boxes = is_digital and self.year >= DIGITAL_BOXES_FROM
        form = self._coded(pair, form_row(pair, is_digital=has_digital_boxes), told)
        side = pair.side
        return Form8949Row(
            tax_return=self.accounts[account].tax_return,
            box=form.box,
            is_straight=self.with_straight and _is_straight(pair, form, told),
            description=described(security, side.quantity, is_short=way == OWED),
            acquired=VARIOUS if told.has_various_dates else self._acquired(side),
            sold=self._day(pair.sold),
            proceeds_cents=form.proceeds_cents,
            basis_cents=form.basis_cents,
            codes=form.codes,
            adjustment_cents=form.adjustment_cents,
            gain_cents=form.gain_cents,
            account=account,
            symbol=symbol,
            quantity=side.quantity,
            sale_id=self.ids[pair.sale_row],
            lot_id=self.ids[side.lot_row],
            status=self._status_of(pair),
            expired=self._expired(pair, form),
            wash_cents=form.wash_cents,
        )

    def _is_on_form_1099b(self, pair: Pair, *, is_digital: bool) -> bool:
        """Whether Form 1099-B or 1099-DA lists a piece.

        A distribution beyond the basis stands on Form 1099-DIV.  Digital assets are reported from
        2025, and where there is a custodian.
        """
        if self._action(pair.sale_row) is Action.RETURN_OF_CAPITAL:
            return False
        custodian = self.accounts[pair.place[0]].custodian.strip().lower()
        is_held = self.year >= DIGITAL_BOXES_FROM and custodian not in OWN_CUSTODY
        return is_held or not is_digital

    def _coded(self, pair: Pair, form: FormRow, told: Told) -> FormRow:
        """The codes that need more than figures: E for expenses and premiums, D for discount."""
        ours = pair.taxpayer
        change = 0 if ours is None else ours.proceeds_cents - form.proceeds_cents
        if not change and not told.accrued_market_discount_cents:
            return form
        codes = set(form.codes)
        if change and self._is_expense(pair.sale_row, change):
            codes = codes - {"O"} | {"E"}
        adjustment, gain = form.adjustment_cents, form.gain_cents
        discount = told.accrued_market_discount_cents
        if discount and gain is not None and gain > 0 and "W" not in codes:
            # The discount is interest (26 USC 1276(a)); no more of it than there is gain.
            codes.add("D")
            adjustment -= min(discount, gain)
            gain -= min(discount, gain)
        text = "".join(sorted(codes))
        return replace(form, codes=text, adjustment_cents=adjustment, gain_cents=gain)

    def _is_expense(self, sale_row: int, change_cents: int) -> bool:
        """Whether an expense or an option's premium is what the broker's proceeds are off by."""
        if self._action(sale_row) in OPTION_SALES:
            return True
        fills = self.fills.get(sale_row, [sale_row])
        return 0 < -change_cents <= sum(int(self.fees[row]) for row in fills)

    def _action(self, row: int) -> Action:
        return ACTIONS[int(self.journal.action[row])]

    def _acquired(self, side: Figures) -> str:
        """Column (b): the day of purchase, the donor's for a gift, or INHERITED."""
        action = self._action(side.lot_row)
        origin = ""
        if action is Action.TRANSFER_IN:
            origin = self.journal.cell("origin", side.lot_row)
        if action is Action.INHERIT or origin == "inheritance":
            return INHERITED
        is_gift = action is Action.GIFT_IN or origin == "gift"
        return self._day(side.holding_period if is_gift else side.acquired)

    def _day(self, day: int) -> str:
        if day not in self._days:
            self._days[day] = date_of(day).isoformat()
        return self._days[day]

    def _status_of(self, pair: Pair) -> str:
        ours = pair.taxpayer
        if ours is None:
            return STATUSES[FINAL]
        if ours.is_unknown:
            return STATUSES[BASIS_UNKNOWN]
        known = self.status.get((pair.sale_row, ours.lot_row, pair.place), {})
        is_loss = ours.proceeds_cents < ours.basis_cents
        return STATUSES[known.get(is_loss, max(known.values(), default=FINAL))]

    def _expired(self, pair: Pair, form: FormRow) -> str:
        """The column that says "Expired": (d) of a bought option, (e) of a written one."""
        if self.journal.action[pair.sale_row] != ACTION_CODE[Action.EXPIRE]:
            return ""
        if pair.place[2] == OWED:
            return "e" if not form.basis_cents else ""
        return "d" if not form.proceeds_cents else ""


def _statuses(books: Books) -> dict[tuple[int, int, Place], dict[bool, int]]:
    """The status of what a sale realized of a lot, for its gains and for its losses."""
    pieces = realized_of(books)
    places = books.blueprint.places
    found: dict[tuple[int, int, Place], dict[bool, int]] = {}
    columns = (
        pieces.sale_row,
        pieces.lot_row,
        pieces.position,
        pieces.proceeds < pieces.basis,
        pieces.status,
    )
    for sale, lot, position, is_loss, status in zip(*(c.tolist() for c in columns), strict=True):
        of_piece = found.setdefault((sale, lot, places[position]), {})
        of_piece[is_loss] = max(status, of_piece.get(is_loss, FINAL))
    return found


def _is_straight(pair: Pair, form: FormRow, told: Told) -> bool:
    """Exception 1: basis reported, no box 1f or 1g, nothing to adjust, neither ordinary nor QOF."""
    return (
        form.box in STRAIGHT_BOXES
        and not form.codes
        and form.gain_cents is not None
        and pair.broker is not None
        and not pair.broker.disallowed_cents
        and told in (NOTHING_TOLD, _VARIOUS_DATES)
    )


_VARIOUS_DATES: Final = Told(has_various_dates=True)


def described(security: Security, quantity: int, *, is_short: bool = False) -> str:
    """Column (a): how much of what, as "100 sh. XYZ Co."."""
    if security.kind in FEW:
        unit = " contracts" if quantity != 10**8 else " contract"
    elif security.kind is SecurityKind.DIGITAL_ASSET:
        unit = ""
    elif security.kind is SecurityKind.BOND:
        unit = " bonds"
    else:
        unit = " sh."
    name = f" {security.name}" if security.name and security.name != security.symbol else ""
    side = " (short)" if is_short else ""
    return f"{shares(quantity)}{unit} {security.symbol}{name}{side}"
