"""Actions of the journal, by the names that the interchange format gives them."""

from enum import StrEnum


class Action(StrEnum):
    """What a transaction does."""

    BUY = "BUY"
    REINVEST = "REINVEST"
    RSU_VEST = "RSU_VEST"
    ESPP = "ESPP"
    TAXABLE_EXCHANGE = "TAXABLE_EXCHANGE"
    SELL = "SELL"
    SET_METHOD = "SET_METHOD"
    TRANSFER = "TRANSFER"
    TRANSFER_IN = "TRANSFER_IN"
    TRANSFER_OUT = "TRANSFER_OUT"
    DONATE = "DONATE"
    GIFT_OUT = "GIFT_OUT"
    IRA_DISTRIBUTION = "IRA_DISTRIBUTION"
    GIFT_IN = "GIFT_IN"
    INHERIT = "INHERIT"
    SPLIT = "SPLIT"
    STOCK_DIVIDEND = "STOCK_DIVIDEND"
    CASH_IN_LIEU = "CASH_IN_LIEU"
    RETURN_OF_CAPITAL = "RETURN_OF_CAPITAL"
    SPINOFF = "SPINOFF"
    MERGER = "MERGER"
    TENDER = "TENDER"
    RIGHTS = "RIGHTS"
    CLASS_EXCHANGE = "CLASS_EXCHANGE"
    SYMBOL_CHANGE = "SYMBOL_CHANGE"
    WORTHLESS = "WORTHLESS"
    LIQUIDATION = "LIQUIDATION"
    ELECT_AVERAGE = "ELECT_AVERAGE"
    REVOKE_AVERAGE = "REVOKE_AVERAGE"
    BASIS_ADJUSTMENT = "BASIS_ADJUSTMENT"
    SELL_SHORT = "SELL_SHORT"
    BUY_TO_COVER = "BUY_TO_COVER"
    CLOSE_SHORT_BY_DELIVERY = "CLOSE_SHORT_BY_DELIVERY"
    BUY_OPTION = "BUY_OPTION"
    SELL_OPTION = "SELL_OPTION"
    WRITE_OPTION = "WRITE_OPTION"
    CLOSE_OPTION = "CLOSE_OPTION"
    EXERCISE = "EXERCISE"
    ASSIGN = "ASSIGN"
    EXPIRE = "EXPIRE"
    DIVIDEND = "DIVIDEND"
    EXEMPT_INTEREST_DIVIDEND = "EXEMPT_INTEREST_DIVIDEND"
    CAPITAL_GAIN_DISTRIBUTION = "CAPITAL_GAIN_DISTRIBUTION"
    INTEREST = "INTEREST"
    DEPOSIT = "DEPOSIT"
    WITHDRAWAL = "WITHDRAWAL"
    FEE = "FEE"
    VOID = "VOID"


CASH_ACTIONS = frozenset(
    {
        Action.DIVIDEND,
        Action.EXEMPT_INTEREST_DIVIDEND,
        Action.CAPITAL_GAIN_DISTRIBUTION,
        Action.INTEREST,
        Action.DEPOSIT,
        Action.WITHDRAWAL,
        Action.FEE,
    }
)

PURCHASE_ACTIONS = frozenset(
    {
        Action.BUY,
        Action.REINVEST,
        Action.RSU_VEST,
        Action.ESPP,
        Action.TAXABLE_EXCHANGE,
        Action.BUY_OPTION,
    }
)

SALE_ACTIONS = frozenset({Action.SELL, Action.SELL_OPTION, Action.CASH_IN_LIEU, Action.TENDER})
"""Actions that close lots by ``lots``, else ``method``, else the account's standing order."""

EXCHANGE_ACTIONS = frozenset({Action.MERGER, Action.TENDER, Action.CLASS_EXCHANGE})
"""Actions by which shares become those of ``to_symbol``."""

DISTRIBUTION_ACTIONS = frozenset({Action.SPINOFF, Action.RIGHTS, Action.STOCK_DIVIDEND})
"""Actions that put shares of ``to_symbol`` beside those held."""

CORPORATE_ACTIONS = (
    EXCHANGE_ACTIONS
    | DISTRIBUTION_ACTIONS
    | frozenset(
        {
            Action.SPLIT,
            Action.SYMBOL_CHANGE,
            Action.RETURN_OF_CAPITAL,
            Action.LIQUIDATION,
            Action.WORTHLESS,
        }
    )
)
"""What an issuer does to all of its shares: such a row may leave its account blank."""

COLUMNS = (
    "id",
    "date",
    "time",
    "settle_date",
    "account",
    "symbol",
    "action",
    "quantity",
    "price",
    "fees",
    "amount",
    "lots",
    "identified_at",
    "confirmation",
    "method",
    "order_id",
    "to_account",
    "to_symbol",
    "ratio",
    "cash",
    "fmv",
    "basis_fraction",
    "basis_increase",
    "compensation_income",
    "acquired_date",
    "holding_period_date",
    "cost_basis",
    "covered",
    "origin",
    "note",
)
"""The columns of ``transactions`` in the interchange format, in order.

Unknown columns are kept and ignored.
"""

FURTHER_COLUMNS = (
    "taxable",
    "elected",
    "single_account",
    "ex_date",
    "related_party",
    "related_loss",
    "basis_status",
    "alternate_fmv",
    "gift_tax",
    "taxable_gift",
)
"""Columns that this engine adds to the interchange format; a database keeps them in ``extra``."""

REQUIRED_COLUMNS = ("id", "date", "account", "symbol", "action", "quantity")
