"""The columns of every frame and their types: the one place that says so.

Money is ``decimal128(18, 2)`` dollars, quantities are ``decimal128(28, 8)`` shares, days are
``date32``: exact, as in the books.  A cell that does not apply or is not known is missing (NA).
"""

from __future__ import annotations

from typing import Final

import pyarrow as pa

MONEY: Final = pa.decimal128(18, 2)
SHARES: Final = pa.decimal128(28, 8)
PRICE: Final = pa.decimal128(28, 8)
PERCENT: Final = pa.decimal128(18, 2)
DAY: Final = pa.date32()
TEXT: Final = pa.string()
FLAG: Final = pa.bool_()
COUNT: Final = pa.int64()

Columns = dict[str, pa.DataType]

REALIZED: Final[Columns] = {
    "sale_id": TEXT,
    "lot_id": TEXT,
    "household": TEXT,
    "account": TEXT,
    "symbol": TEXT,
    "acquired_date": DAY,
    "holding_period_date": DAY,
    "sold_date": DAY,
    "quantity": SHARES,
    "proceeds": MONEY,
    "cost_basis": MONEY,
    "wash_sale_loss_disallowed": MONEY,
    "permanently_disallowed": MONEY,
    "gain": MONEY,
    "term": TEXT,
    "status": TEXT,
    "nondeductible_loss": MONEY,
    "character_rule": TEXT,
}

LOTS: Final[Columns] = {
    "lot_id": TEXT,
    "household": TEXT,
    "account": TEXT,
    "symbol": TEXT,
    "acquired_date": DAY,
    "holding_period_date": DAY,
    "long_term_from": DAY,
    "quantity": SHARES,
    "cost_basis": MONEY,
    "unadjusted_cost_basis": MONEY,
    "wash_sale_adjustment": MONEY,
    "replacement": FLAG,
    "covered": FLAG,
    "basis_status": TEXT,
}

SHORT_LOTS: Final[Columns] = {
    "lot_id": TEXT,
    "household": TEXT,
    "account": TEXT,
    "symbol": TEXT,
    "opened_date": DAY,
    "quantity": SHARES,
    "proceeds": MONEY,
    "deferred_loss": MONEY,
}

WASH_SALES: Final[Columns] = {
    "sale_id": TEXT,
    "loss_lot_id": TEXT,
    "replacement_lot_id": TEXT,
    "replacement_account": TEXT,
    "quantity": SHARES,
    "disallowed": MONEY,
    "permanent": MONEY,
    "rule": TEXT,
}

SECTION_1256: Final[Columns] = {
    "household": TEXT,
    "tax_return": TEXT,
    "account": TEXT,
    "symbol": TEXT,
    "year": COUNT,
    "realized": MONEY,
    "unrealized_prior_year_end": MONEY,
    "unrealized_year_end": MONEY,
    "aggregate": MONEY,
    "wash_sale_adjustment": MONEY,
    "short_term": MONEY,
    "long_term": MONEY,
    "status": TEXT,
}

SECTION_1256_POSITIONS: Final[Columns] = {
    "household": TEXT,
    "account": TEXT,
    "symbol": TEXT,
    "year": COUNT,
    "lot_id": TEXT,
    "side": TEXT,
    "opened_date": DAY,
    "quantity": SHARES,
    "opening_amount": MONEY,
    "price_date": DAY,
    "price": PRICE,
    "marked_basis": MONEY,
    "unrealized": MONEY,
}

DIVIDENDS: Final[Columns] = {
    "dividend_id": TEXT,
    "lot_id": TEXT,
    "household": TEXT,
    "account": TEXT,
    "symbol": TEXT,
    "ex_date": DAY,
    "held_since": DAY,
    "closed_date": DAY,
    "quantity": SHARES,
    "amount": MONEY,
    "window_start": DAY,
    "window_end": DAY,
    "days_held_in_window": COUNT,
    "qualified": MONEY,
    "ordinary": MONEY,
    "qualified_from": DAY,
    "outcome": TEXT,
}

PROBLEMS: Final[Columns] = dict.fromkeys(("severity", "where", "code", "message", "remedy"), TEXT)

HARVEST_TYPES: Final[Columns] = {
    "acquired_date": DAY,
    "close_date": DAY,
    "blocked_until": DAY,
    "lot_open_date": DAY,
    "versus_purchase_date": DAY,
    "until": DAY,
    "sold_date": DAY,
    "first_date": DAY,
    "replacement_long_term_from": DAY,
    "date": DAY,
    "quantity": SHARES,
    "free_quantity": SHARES,
    "blocked_quantity": SHARES,
    "sell_quantity": SHARES,
    "lot_quantity": SHARES,
    "sold_quantity": SHARES,
    "replacement_quantity": SHARES,
    "close": PRICE,
    "limit_price": PRICE,
    "lot_unit_cost": PRICE,
    "market_value": MONEY,
    "cost_basis": MONEY,
    "loss": MONEY,
    "allowed_loss": MONEY,
    "deferred_loss": MONEY,
    "estimated_tax_saved": MONEY,
    "used_this_year": MONEY,
    "carried_forward": MONEY,
    "saved_later": MONEY,
    "later_tax": MONEY,
    "trading_cost": MONEY,
    "tracking_cost": MONEY,
    "present_value": MONEY,
    "value_of_waiting": MONEY,
    "estimated_gain": MONEY,
    "estimated_tax": MONEY,
    "likely_move": MONEY,
    "gain_worth_returning": MONEY,
    "loss_percent": PERCENT,
    "hurdle_percent": PERCENT,
    "days_to_long_term": COUNT,
}
"""The types of harvest columns, by name in whichever file; a column not listed is text."""


def harvest_columns(names: tuple[str, ...]) -> Columns:
    """The columns of one harvest file with their types."""
    return {name: HARVEST_TYPES.get(name, TEXT) for name in names}
