"""How each chosen sale comes to its gain, from the columns of the books, as plain text.

Nothing is booked again here, so that thousands of sales are told at once: every line is a figure of
the books with the rows and the rule that it comes from.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Any, Final

from taxlots.book import kinds
from taxlots.book.character import wording_of
from taxlots.book.results import RULES, STATUSES
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of
from taxlots.domain.money import dollars, shares
from taxlots.law.s1091_wash_sale import WINDOW_DAYS
from taxlots.law.s1222_term import long_term_from
from taxlots.reports.audit_identification import STANDING

if TYPE_CHECKING:
    from taxlots.book.audit_scope import AuditScope
    from taxlots.book.wash_register import WashRegister
    from taxlots.workflows.audit_sample import ChosenSale
    from taxlots.workflows.evidence import Evidence

Cells = dict[str, str]

TRADES: Final = frozenset({Action.BUY, Action.REINVEST, Action.SELL})
"""Actions of which the net amount says all; the sum of its fills, where an order has several."""


class Workings:
    """Tells sales of one scope; ``identified`` are the rows of ``identifications.csv``."""

    def __init__(
        self,
        scope: AuditScope,
        register: WashRegister,
        evidence: Evidence,
        identified: Iterable[Cells],
    ) -> None:
        self.scope, self.evidence = scope, evidence
        self.identified = {cells["sale_id"]: cells for cells in identified}
        self.columns = _columns(scope)
        self.matches = _by_piece(scope, register)
        self.carried = _carried(scope)
        self.told: dict[int, str] = {}
        journal = scope.books.journal
        self.ids: list[str] = journal.ids.to_pylist()
        self.units: list[int] = journal.number["quantity"].values.tolist()
        self.cents: list[int] = scope.books.cents.tolist()

    def lines(self, sale: ChosenSale) -> Iterator[str]:
        """A sale, piece by piece."""
        yield f"Sale {self.ids[sale.row]}"
        yield f" - {self._row(sale.row)}"
        if told := self.identified.get(self.ids[sale.row]):
            yield f" - {_chosen(told)} [Treas. Reg. 1.1012-1(c)]"
        for number, at in enumerate(sale.pieces, 1):
            yield from self._piece(at, f"Piece {number} of {len(sale.pieces)}")
        yield ""

    def _piece(self, at: int, title: str) -> Iterator[str]:
        piece = {name: column[at] for name, column in self.columns.items()}
        lot = piece["lot_row"]
        yield f" {title}: {shares(piece['quantity'])} of lot {self.ids[lot]}"
        yield f"  - {self._row(lot)}"
        yield from self._basis(piece)
        yield f"  - proceeds {dollars(piece['proceeds'])} [26 USC 1001(b)]"
        yield f"  - {_term(piece)}"
        yield from self._losses(piece)
        yield f"  - status: {STATUSES[piece['status']]}"
        yield f"  - {_result(piece)}"

    def _basis(self, piece: dict[str, Any]) -> Iterator[str]:
        if piece["is_unknown"]:
            yield "  - basis unknown: no gain is stated"
            return
        yield f"  - adjusted basis {dollars(piece['basis'])} [26 USC 1011, 1012]"
        sales = self.carried.get(piece["lot"], ())
        if piece["flags"] & (kinds.ADJUSTED | kinds.REPLACEMENT) and sales:
            named = ", ".join(sales)
            yield f"  - the lot replaced shares sold at a loss by {named} [26 USC 1091(d)]"

    def _losses(self, piece: dict[str, Any]) -> Iterator[str]:
        window = piece["window"]
        first, last = date_of(window - WINDOW_DAYS), date_of(window + WINDOW_DAYS)
        if matches := self.matches.get(piece["source"]):
            loss = dollars(piece["basis"] - piece["proceeds"])
            yield f"  - loss {loss}; window {first} to {last} [26 USC 1091(a)]"
        for match in matches or ():
            yield f"  - {match}"
        if piece["nondeductible"]:
            yield f"  - denied besides: {dollars(piece['nondeductible'])}"
        if rules := wording_of(piece["rules"]):
            yield f"  - character: {rules}"

    def _row(self, row: int) -> str:
        """A row of the journal, as an auditor looks it up."""
        if row not in self.told:
            self.told[row] = self._told(row)
        return self.told[row]

    def _told(self, row: int) -> str:
        journal = self.scope.books.journal
        day = date_of(int(journal.day["date"][0][row]))
        action = self.evidence.action(row)
        traded = f"{shares(self.units[row])} for {dollars(self.cents[row])}"
        stated = traded if action in TRADES else self.evidence.said(row)
        said = f"{action} {journal.symbol_of(row)} {stated}"
        account = journal.account_of(row) or "all accounts"
        return f"{day} {' '.join(said.split())} in {account} ({journal.where(row)})"


def _columns(scope: AuditScope) -> dict[str, list[Any]]:
    """The columns of the scope's pieces as lists, which are faster to look into one by one."""
    pieces = scope.pieces
    rows = scope.books.state.table("rows")[pieces.source]
    names = ("lot_row", "acquired", "holding_period", "sold", "quantity", "proceeds", "basis")
    further = ("disallowed", "permanent", "nondeductible", "is_long", "is_unknown", "status")
    found = {n: getattr(pieces, n).tolist() for n in (*names, *further, "rules", "source", "gain")}
    return found | {name: rows[name].tolist() for name in ("window", "flags", "lot")}


def _by_piece(scope: AuditScope, register: WashRegister) -> dict[int, list[str]]:
    """For each place of a loss in the fold's table, what disallowed it, in words."""
    journal, places = scope.books.journal, scope.books.blueprint.places
    ids = journal.ids.to_pylist()
    found: dict[int, list[str]] = defaultdict(list)
    columns = (
        register.piece,
        register.quantity,
        register.lot_row,
        register.lot_position,
        register.lot_day,
        register.disallowed_cents,
        register.permanent_cents,
        register.rule,
    )
    for piece, units, lot, position, day, cents, lost, rule in zip(
        *(column.tolist() for column in columns), strict=True
    ):
        where = "no basis takes it over" if lost else "it joins their basis"
        found[piece].append(
            f"{dollars(cents)} disallowed: replaced by {shares(units)} of lot {ids[lot]},"
            f" acquired {date_of(day)} in {places[position][0]}; {where} [{RULES[rule]}]"
        )
    return found


def _carried(scope: AuditScope) -> dict[int, tuple[str, ...]]:
    """For each lot of the year's pieces, the sales whose losses it took over."""
    books = scope.books
    matches, rows = books.state.table("matches"), books.state.table("rows")
    events = books.blueprint.tables["events"]
    stepped = matches[matches["rule"] == kinds.STEPS_UP]
    sales = events["row"][rows["event"][stepped["row"]]]
    ids = books.journal.ids.to_pylist()
    found: dict[int, dict[str, None]] = defaultdict(dict)
    for lot, row in zip(stepped["lot"].tolist(), sales.tolist(), strict=True):
        found[lot][ids[row]] = None
    return {lot: tuple(names) for lot, names in found.items()}


def _chosen(told: Cells) -> str:
    """How the lots of a sale were chosen."""
    settled = f"settlement {told['settlement_date']} ({told['settlement_is']})"
    if told["outcome"] == STANDING:
        return f"lots by the standing method {told['method']}; {settled}"
    when = f", named {told['identified_at']}" if told["identified_at"] else ""
    method = f": {told['method']}" if told["method"] else ""
    return f"{told['outcome']}{method}; lots {told['named_lots']}{when}; {settled}"


def _term(piece: dict[str, Any]) -> str:
    began, acquired = piece["holding_period"], piece["acquired"]
    since = f"acquired {date_of(acquired)}"
    if began != acquired:
        since += f", held since {date_of(began)} by the rules that tack [26 USC 1223]"
    term = "LT" if piece["is_long"] else "ST"
    return (
        f"{since}; long-term from {date_of(long_term_from(began))}, sold"
        f" {date_of(piece['sold'])}: {term} [26 USC 1222]"
    )


def _result(piece: dict[str, Any]) -> str:
    if piece["is_unknown"]:
        return "gain unknown"
    denied = f" + {dollars(piece['nondeductible'])}" if piece["nondeductible"] else ""
    return (
        f"gain {dollars(piece['proceeds'])} - {dollars(piece['basis'])}"
        f" + {dollars(piece['disallowed'])}{denied} = {dollars(piece['gain'])}"
    )
