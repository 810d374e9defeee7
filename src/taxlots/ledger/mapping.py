"""What the columns of the interchange format are called in the database, and in which unit.

A name that SQL reserves, or a number whose unit matters, is renamed; everything else keeps the
name that it has in the interchange format.
"""

from dataclasses import dataclass
from typing import Final

from taxlots.domain.action import COLUMNS

QUANTITY_PLACES: Final = 8
CENTS_PLACES: Final = 2

INTEGER_PLACES: Final = {
    "quantity": QUANTITY_PLACES,
    "amount": CENTS_PLACES,
    "basis_increase": CENTS_PLACES,
    "compensation_income": CENTS_PLACES,
    "cost_basis": CENTS_PLACES,
}
"""Columns of the journal that are kept as integers, and the decimals that they keep."""

EXACT_COLUMNS: Final = ("price", "fees", "ratio", "cash", "fmv", "basis_fraction")
"""Columns of the journal that may have any number of decimals: kept as text, never rounded."""

STORED_NAMES: Final = {
    name: {QUANTITY_PLACES: f"{name}_e8", CENTS_PLACES: f"{name}_cents"}.get(
        INTEGER_PLACES.get(name, 0), name
    )
    for name in COLUMNS
}
"""Interchange name -> column of the journal, in the order of ``domain.action.COLUMNS``."""


@dataclass(frozen=True, slots=True)
class ReferenceTable:
    """One file of a book other than the journal and the prices, and the table that keeps it.

    ``columns`` maps the interchange names to columns of ``table``; cells are text.  ``key`` are
    the interchange names that tell two rows apart (none: the table has one row).
    """

    file: str
    table: str
    columns: dict[str, str]
    key: tuple[str, ...]


def _reference(
    file: str, table: str, columns: str, key: str, renamed: dict[str, str] | None = None
) -> ReferenceTable:
    names = {name: (renamed or {}).get(name, name) for name in columns.split()}
    return ReferenceTable(file, table, names, tuple(key.split()))


REFERENCE_TABLES: Final = {
    "book": _reference("book.toml", "book", "name toml", ""),
    "accounts": _reference(
        "accounts.csv",
        "account",
        "household account kind owner tax_return method custodian drip data_from data_through",
        "account",
    ),
    "securities": _reference(
        "securities.csv",
        "security",
        "symbol cusip name kind multiplier underlying put_call strike expiry fund index"
        " asset_class drip adv",
        "symbol",
        {"index": "index_name"},
    ),
    "identical": _reference(
        "identical.csv",
        "identical_member",
        "group symbol from to",
        "group symbol from",
        {"group": "group_name", "from": "from_date", "to": "to_date"},
    ),
    "proxies": _reference(
        "proxies.csv",
        "proxy",
        "symbol proxy rank account_kind reason opinion_date",
        "symbol proxy account_kind",
        {"rank": "rank_number"},
    ),
    "profiles": _reference(
        "profiles.csv",
        "profile",
        "tax_return year filing_status state short_rate long_rate ordinary_income deductions"
        " qualified_dividends net_investment_income magi carry_short carry_long"
        " planned_withdrawal",
        "tax_return year",
    ),
    "scheduled": _reference(
        "scheduled.csv",
        "scheduled",
        "account symbol date kind quantity amount",
        "account symbol date kind quantity amount",
    ),
    "targets": _reference(
        "targets.csv",
        "target",
        "household asset_class symbol weight band_low band_high",
        "household asset_class symbol",
    ),
    "cash": _reference("cash.csv", "cash_balance", "account date amount", "account date"),
    "overrides": _reference(
        "overrides.csv",
        "trade_override",
        "id action household account symbol side quantity amount instead until by reason",
        "id",
        {"by": "made_by"},
    ),
}
"""The reference files of a book, by the stem of the file's name (``book`` for ``book.toml``)."""
