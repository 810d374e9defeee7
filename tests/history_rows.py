"""Writes the rows of a random history: dates, times, prices, and what each account holds."""

import random
from collections import defaultdict
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from tests.history_choices import chance, pick
from tests.history_positions import OpenLot, Position, RankKey

Cells = dict[str, str]

SHARE = 10**8
PACES = [
    [0, 1, 0, 2, 0, 3, 1, 5, 8, 0, 13, 21, 29, 30, 31, 1, 0, 45, 2, 366],
    [0, 1, 0, 2, 1, 0, 3, 5, 0, 8],
    [0, 1, 0, 0, 2, 1, 0, 1],
]
"""Days from one row to the next: sparse, busy and crowded histories."""

MOVES = [100, 97, 100, 93, 96, 104, 90, 99, 107, 95, 101, 88]
"""Prices in percent of the last: mostly down, often unchanged, so that losses and ties abound."""

TAX_DEFERRED = {"traditional_ira", "roth_ira", "401k"}


def shares(units: int) -> str:
    return f"{units // SHARE}.{units % SHARE:08d}".rstrip("0").rstrip(".")


def dollars(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02d}"


@dataclass
class Transit:
    """Shares on their way between two accounts."""

    order_id: str
    to_account: str
    symbol: str
    household: str
    position: Position


class Scribe:
    """The state of a history in the making.  ``rows`` are in journal order."""

    def __init__(
        self,
        rng: random.Random,
        accounts: list[Cells],
        securities: list[Cells],
        policy: dict[str, object],
        profile: str = "trades",
    ) -> None:
        self.rng = rng
        self.accounts = {account["account"]: account for account in accounts}
        self.method = {account["account"]: account["method"] for account in accounts}
        self.symbol_method: dict[tuple[str, str], str] = {}
        self.securities = securities
        self.symbols = [s["symbol"] for s in securities if s["kind"] != "option"]
        self.options = {s["symbol"]: s for s in securities if s["kind"] == "option"}
        self.prices = {s["symbol"]: 10_000 * rng.randint(20, 90) for s in securities}
        for symbol in self.options if profile != "trades" else []:
            self.prices[symbol] //= 10
        self.policy = policy
        self.profile = profile
        self.is_tiny = chance(rng, 0.08)
        self.pace = pick(rng, PACES)
        self.has_whole_splits_only = bool(policy.get("sold_before_counts"))
        self.today = date(2018 + rng.randint(0, 4), 1 + rng.randint(0, 11), 1 + rng.randint(0, 27))
        self.is_timed_day = False
        self.timed_days: set[str] = set()
        self.clock: dict[str, int] = {}
        self.rows: list[Cells] = []
        self.late: list[Cells] = []
        self.due: list[tuple[date, Callable[[], None]]] = []
        self.positions: dict[tuple[str, str], Position] = defaultdict(Position)
        self.shorts: dict[tuple[str, str], Position] = defaultdict(Position)
        self.written: dict[tuple[str, str], Position] = defaultdict(Position)
        self.rights: set[str] = set()
        self.elected: dict[tuple[str, str], date] = {}
        self.transits: list[Transit] = []
        self.split_days: dict[tuple[str, str], date] = {}
        self.renamed_on: dict[str, date] = {}
        self.serial = 0

    def step(self, act: Callable[["Scribe"], None]) -> None:
        """Something happens, on this day or a later one; then what was put off till after it."""
        if gap := pick(self.rng, self.pace):
            self._next_day(gap)
        late, self.late = self.late, []
        act(self)
        for cells in late:
            self.append(cells)

    def finish(self) -> tuple[list[Cells], str]:
        """The rows, and the as-of date (blank: the journal's last)."""
        self.flush_late()
        if self.due:
            self._next_day(max(1, *((day - self.today).days for day, _ in self.due)))
        real = max((row["date"] for row in self.rows if not self._is_void(row)), default="")
        last = max(row["date"] for row in self.rows)
        as_of = last if last != real or chance(self.rng, 0.4) else ""
        if as_of and chance(self.rng, 0.5):
            as_of = pick(self.rng, self.rows)["date"]
        elif as_of:
            later = timedelta(days=self.rng.randint(0, 60))
            as_of = (date.fromisoformat(as_of) + later).isoformat()
        return self._in_arrival_order(), as_of

    def _is_void(self, row: Cells) -> bool:
        voided = {one["note"] for one in self.rows if one["action"] == "VOID"}
        return row["action"] == "VOID" or row["id"] in voided

    def _in_arrival_order(self) -> list[Cells]:
        """Rows of a day on which each has its own time may arrive in any order."""
        rows: list[Cells] = []
        for day in sorted({row["date"] for row in self.rows}):
            of_day = [row for row in self.rows if row["date"] == day]
            arrives = any(row["action"] == "TRANSFER_IN" for row in of_day)
            if day in self.timed_days and not arrives:
                self.rng.shuffle(of_day)
            rows += of_day
        return rows

    # Days and prices.

    def _next_day(self, gap: int) -> None:
        self.flush_late()
        self.today += timedelta(days=gap)
        self.clock = {}
        self.is_timed_day = chance(self.rng, 0.1)
        if self.is_timed_day:
            self.timed_days.add(self.today.isoformat())
        for symbol, price in self.prices.items():
            self.prices[symbol] = max(10_000, price * pick(self.rng, MOVES) // 100)
            if price < 40_000:
                self.prices[symbol] = price * 5
        due = [act for day, act in self.due if day <= self.today]
        self.due = [(day, act) for day, act in self.due if day > self.today]
        for act in due:
            act()

    def flush_late(self) -> None:
        for cells in self.late:
            self.append(cells)
        self.late = []

    def days_ago(self, least: int, most: int) -> date:
        return self.today - timedelta(days=self.rng.randint(least, most))

    def price(self, symbol: str) -> str:
        """The price of the moment: odd cents, sometimes odd fractions of them."""
        price = self.prices[symbol]
        if chance(self.rng, 0.5):
            price = max(100, price + self.rng.randint(-99, 99) * 100)
        if chance(self.rng, 0.15):
            price += self.rng.randint(1, 99)
            return f"{price // 10_000}.{price % 10_000:04d}"
        return dollars(price // 100)

    def value_cents(self, symbol: str, units: int) -> int:
        multiplier = int(self.options.get(symbol, {}).get("multiplier", 1))
        return self.prices[symbol] * units * multiplier // (SHARE * 100)

    # Rows.

    def row(self, action: str, account: str, symbol: str, units: int = 0, **more: str) -> Cells:
        """A row of today; blank cells are left out."""
        self.serial += 1
        cells = {"id": f"t{self.serial}", "account": account, "symbol": symbol, "action": action}
        cells |= {"date": self.today.isoformat(), "quantity": shares(units) if units else ""}
        return cells | {name: cell for name, cell in more.items() if cell}

    def append(self, cells: Cells) -> None:
        """Write the row, at a time not before the household's last."""
        household = self.household_of(cells["account"])
        if self.is_timed_day:
            moment = max(self.clock.values(), default=34_200) + self.rng.randint(1, 600)
            self.clock["all"] = moment
            cells = cells | {"time": _time(moment)}
        elif household and chance(self.rng, 0.15):
            moment = self.clock.get(household, 34_200) + pick(self.rng, [0, 1, 600])
            self.clock[household] = moment
            cells = cells | {"time": _time(moment)}
        self.rows.append(cells)

    def write(self, action: str, account: str, symbol: str, units: int = 0, **more: str) -> str:
        cells = self.row(action, account, symbol, units, **more)
        self.append(cells)
        return cells["id"]

    def household_of(self, account: str) -> str:
        return self.accounts[account]["household"] if account else ""

    def rank(self, acquired: date | None = None) -> RankKey:
        if acquired:
            return (acquired.isoformat(), 1, self.serial)
        return (self.today.isoformat(), 0, self.serial)

    # What there is.

    def is_taxable(self, account: str) -> bool:
        return self.accounts[account]["kind"] not in TAX_DEFERRED

    def held(self, *, taxable_only: bool = False) -> list[tuple[str, str]]:
        return [
            (account, symbol)
            for (account, symbol), position in self.positions.items()
            if position.total and (self.is_taxable(account) or not taxable_only)
        ]

    def units(self) -> int:
        """A quantity to come in."""
        style = pick(self.rng, ["round", "whole", "whole", "tenths", "thousandths", "odd"])
        if self.is_tiny and chance(self.rng, 0.5):
            return self.rng.randint(1, 5_000)
        if style == "round":
            return 100 * SHARE
        if style == "whole":
            return self.rng.randint(1, 120) * SHARE
        if style == "tenths":
            return self.rng.randint(5, 500) * SHARE // 10
        if style == "thousandths":
            return self.rng.randint(100, 90_000) * SHARE // 1_000
        return self.rng.randint(SHARE // 10, 60 * SHARE)

    def part_of(self, position: Position) -> int:
        """A quantity to go out: all, half, a lot's, or any."""
        style = pick(self.rng, ["all", "half", "lot", "any", "any"])
        if style == "half":
            return max(1, position.total // 2)
        if style == "lot" and position.lots:
            return pick(self.rng, position.lots).units
        if style == "any":
            rough = position.total * self.rng.randint(1, 99) // 100
            whole = rough // SHARE * SHARE
            return whole or max(1, rough)
        return position.total

    def naming(self, position: Position) -> list[OpenLot]:
        """One to three lots of a position, each with a quantity that it has."""
        lots = list(position.lots)
        self.rng.shuffle(lots)
        named = []
        for lot in lots[: pick(self.rng, [1, 2, 3])]:
            part = pick(self.rng, [lot.units, lot.units, max(1, lot.units // 3)])
            named.append(OpenLot(lot.id, lot.rank, part))
        return named

    def standing_method(self, account: str, symbol: str) -> str:
        return self.symbol_method.get((account, symbol), self.method[account])

    def listing(self, symbol: str) -> Cells:
        return next(cells for cells in self.securities if cells["symbol"] == symbol)

    def averages(self, account: str, symbol: str) -> bool:
        """Whether average basis is in force, as far as the account and its orders say."""
        method = self.standing_method(account, symbol)
        return method == "AVERAGE" or (account, symbol) in self.elected

    def split_positions(self, symbol: str, household: str, ratio: Fraction) -> None:
        """Blank ``household``: every one."""
        everything = [*self.positions.items(), *self.shorts.items()]
        for (account, held_symbol), position in everything:
            mine = not household or self.household_of(account) == household
            if held_symbol == symbol and mine:
                position.split(ratio)
        for transit in self.transits:
            if transit.symbol == symbol and household in {"", transit.household}:
                transit.position.split(ratio)
        self.prices[symbol] = max(10_000, int(self.prices[symbol] / ratio))


def _time(moment: int) -> str:
    return f"{moment // 3600:02d}:{moment // 60 % 60:02d}:{moment % 60:02d}"
