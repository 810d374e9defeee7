"""What the auditor is given: the cells of a book, with the defaults of the interchange format."""

from dataclasses import dataclass, field
from datetime import date

Row = dict[str, str]

TAX_DEFERRED = frozenset({"traditional_ira", "roth_ira", "401k", "hsa", "529"})
EXEMPT_FROM_1091 = frozenset({"digital_asset", "section_1256"})

OUTSIDE_1233 = frozenset({"digital_asset", "section_1256"})
"""No stock or securities: 26 USC 1233(e)(2)(A) and 1259(b) do not reach them."""

POLICY = {
    "held_after_sale": True,
    "sold_before_counts": False,
    "count_older_than_sold": True,
    "spouse_basis_step_up": True,
    "sub_first": "adjusted",
    "rsu_vest_is_acquisition": True,
    "same_index_identical": False,
    "mtm475_purchase_replaces": True,
    "average_rounding": "exact",
}


class InvalidBookError(Exception):
    """The rows describe something that can't have happened."""


@dataclass(frozen=True)
class Account:
    id: str
    household: str
    kind: str
    owner: str
    tax_return: str
    method: str
    data_from: date | None
    data_through: date | None

    @property
    def is_tax_deferred(self) -> bool:
        return self.kind in TAX_DEFERRED

    @property
    def party(self) -> tuple[str, ...]:
        """Whose purchases replace whose losses, within the household."""
        if self.owner in {"child", "other"}:
            return (self.owner, self.tax_return)
        return ("together",)


@dataclass
class Book:
    """A book as lists of cells.  ``identical`` has ``group, symbol, from, to``."""

    accounts: list[Row]
    rows: list[Row]
    securities: list[Row] = field(default_factory=list)
    identical: list[Row] = field(default_factory=list)
    policy: dict[str, object] = field(default_factory=dict)
    as_of: str = ""

    def account_list(self) -> list[Account]:
        return [
            Account(
                id=cells["account"],
                household=cells["household"],
                kind=cells["kind"],
                owner=cells["owner"],
                tax_return=cells.get("tax_return") or cells["household"],
                method=cells.get("method") or "FIFO",
                data_from=day(cells.get("data_from")),
                data_through=day(cells.get("data_through")),
            )
            for cells in self.accounts
        ]

    def last_day(self) -> date:
        """The as-of date: given, or the journal's last date."""
        return date.fromisoformat(self.as_of or max(row["date"] for row in self.rows))

    def booked_rows(self) -> list[Row]:
        """The rows up to the as-of date, without those that were taken back."""
        taken_back = {row["note"] for row in self.rows if row["action"] == "VOID"}
        return [
            row
            for row in self.rows
            if row["action"] != "VOID"
            and row["id"] not in taken_back
            and date.fromisoformat(row["date"]) <= self.last_day()
        ]

    def decides(self, key: str) -> object:
        return self.policy.get(key, POLICY[key])

    def security(self, symbol: str) -> Row:
        for cells in self.securities:
            if cells["symbol"] == symbol:
                return cells
        return {"symbol": symbol}

    def kind_of(self, symbol: str) -> str:
        return self.security(symbol).get("kind") or "stock"

    def multiplier_of(self, symbol: str) -> int:
        return int(self.security(symbol).get("multiplier") or 1)


def day(cell: str | None) -> date | None:
    return date.fromisoformat(cell) if cell else None
