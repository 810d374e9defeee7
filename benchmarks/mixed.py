"""What corporate actions, moves, short sales and options among them cost purchases and sales.

One row in twenty is such an event.  The same histories are folded with these rows and without
them; nothing else differs.
"""

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Final

import pyarrow as pa

from benchmarks.fold import seconds
from benchmarks.histories import Table
from taxlots.book.booking import draft_of
from taxlots.book.events import blueprint
from taxlots.book.record import Record
from taxlots.domain.account import Account, AccountKind, Owner
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind

SIZES: Final = (30_000, 300_000)
ROWS: Final = 1_000
TEMPLATES: Final = 30
SYMBOLS: Final = 5
EVENT_RATE: Final = 0.05
SELL_RATE: Final = 0.5
FIRST_DAY: Final = date(2015, 1, 2)
SETTLES_AFTER: Final = 2

Row = dict[str, str]


class _Household:
    """A seeded household: two accounts, five stocks, a call on each, and a spun-off stock of each.

    Names are those of household 0; ``%`` stands for the number of the household.
    """

    def __init__(self, seed: int) -> None:
        self.draw = random.Random(seed)  # noqa: S311 (a market, not a secret)
        self.held: dict[tuple[str, str], int] = {}
        self.day = FIRST_DAY
        self.rows: list[Row] = []
        self.is_traded: list[bool] = []

    def write(self, action: str, account: str, symbol: str, *, traded: bool, **cells: str) -> None:
        """Append a row of today."""
        row = {"action": action, "account": account, "symbol": symbol, **cells}
        row |= {"id": f"%r{len(self.rows)}", "date": self.day.isoformat()}
        self.rows.append(row)
        self.is_traded.append(traded)

    def step(self) -> None:
        """A purchase or a sale, or sometimes something else."""
        draw = self.draw
        self.day += timedelta(days=draw.choice((0, 0, 1, 1, 2, 3, 5)))
        key = account, symbol = f"%a{draw.randrange(2)}", f"%S{draw.randrange(SYMBOLS)}"
        price = f"{draw.uniform(90, 110):.2f}"
        if draw.random() < EVENT_RATE:
            self.event(account, symbol)
        elif self.held.get(key, 0) > 0 and draw.random() < SELL_RATE:
            self.held[key] -= 1
            self.write("SELL", account, symbol, traded=True, quantity="100", price=price)
        else:
            self.held[key] = self.held.get(key, 0) + 1
            self.write("BUY", account, symbol, traded=True, quantity="100", price=price)

    def event(self, account: str, symbol: str) -> None:
        """What changes no number of round lots, so that the trades can stand without it."""
        new, call = f"{symbol}N", f"{symbol}C"
        kind = self.draw.choice(("return", "spin-off", "short", "written", "bought"))
        if kind == "short":
            self.pair("SELL_SHORT", "BUY_TO_COVER", account, f"{new}X", {"quantity": "10"})
        elif kind == "written":
            self.pair("WRITE_OPTION", "CLOSE_OPTION", account, call, {"quantity": "1"})
        elif kind == "bought":
            self.pair("BUY_OPTION", "SELL_OPTION", account, call, {"quantity": "1"})
        elif not self.held.get((account, symbol)):
            return
        elif kind == "return":
            self.write("RETURN_OF_CAPITAL", account, symbol, traded=False, amount="12.34")
        else:
            cells = {"to_symbol": new, "ratio": "0.1", "basis_fraction": "0.02"}
            self.write("SPINOFF", account, symbol, traded=False, **cells)

    def pair(self, opening: str, closing: str, account: str, symbol: str, cells: Row) -> None:
        """Open at a price and close at another."""
        self.write(opening, account, symbol, traded=False, price="4", **cells)
        self.write(closing, account, symbol, traded=False, price="3", **cells)


def _template(seed: int) -> tuple[list[Row], list[bool]]:
    household = _Household(seed)
    while len(household.rows) < ROWS:
        household.step()
    return household.rows, household.is_traded


def tables(count: int) -> tuple[dict[str, Table], dict[str, Table], int, int]:
    """Tables of the trades alone and of everything, and how many rows each has."""
    templates = [_template(seed) for seed in range(TEMPLATES)]
    numbers = range(max(1, count // ROWS))
    names = ("id", "date", "account", "symbol", "action", "quantity", "price", "amount")
    names += ("to_symbol", "ratio", "basis_fraction")
    made = []
    for wants_all in (False, True):
        rows = [
            {name: row.get(name, "").replace("%", f"h{number}") for name in names}
            for number in numbers
            for row, traded in zip(*templates[number % TEMPLATES], strict=True)
            if traded or wants_all
        ]
        made.append((_folded(numbers, pa.Table.from_pylist(rows)), len(rows)))
    (plain, few), (mixed, many) = made
    return plain, mixed, few, many


def _folded(numbers: range, transactions: pa.Table) -> dict[str, Table]:
    securities = {}
    for number in numbers:
        for at in range(SYMBOLS):
            stock = f"h{number}S{at}"
            call = Security(
                symbol=f"{stock}C", kind=SecurityKind.OPTION, underlying=stock, multiplier=100
            )
            stocks = (stock, f"{stock}N", f"{stock}NX")
            listed = [*(Security(symbol=s, kind=SecurityKind.STOCK) for s in stocks), call]
            securities |= {one.symbol: one for one in listed}
    record = Record(
        name="mixed",
        source="",
        policy=Policy(),
        accounts=tuple(
            Account(
                household=f"h{number}",
                id=f"h{number}a{at}",
                kind=AccountKind.TAXABLE,
                owner=Owner.SELF,
                tax_return=f"h{number}",
            )
            for number in numbers
            for at in range(2)
        ),
        securities=securities,
        identical=(),
        proxies=(),
        transactions=transactions,
    )
    draft, problems = draft_of(record, as_of=None, settlement=lambda day: day + SETTLES_AFTER)
    assert draft is not None, problems
    assert not [p for p in draft.problems if p.severity == "error"], draft.problems[:3]
    return blueprint(draft.desk, draft.bookings, draft.method, draft.identity, record.policy).tables


def lines() -> Iterator[str]:
    """The figures, one line each."""
    each = {}
    for size in SIZES:
        plain, mixed, few, many = tables(size)
        alone, together = seconds(plain, 5), seconds(mixed, 5)
        each[size] = together / many
        yield (
            f"{many:,} rows, {many - few:,} of them other events: speed"
            f" {alone / few / each[size]:.2f} × that of the {few:,} trades alone"
        )
    yield (
        f"time for a row, {SIZES[-1]:,} against {SIZES[0]:,}: "
        f"{each[SIZES[-1]] / each[SIZES[0]]:.2f} ×"
    )
