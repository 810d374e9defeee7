"""Schwab's vocabulary: what each action of a transactions file becomes in the journal.

Schwab publishes no list.  This one is gathered from exports and importers that are public; an
action that is not here is an error, so that nothing is ever booked by a guess.
"""

from typing import Final

from taxlots.brokers.vocabulary import Nature, Rule, key
from taxlots.domain.action import Action


def rule_of(schwab_action: str) -> Rule | None:
    """The rule of an action, whatever its case and spacing; None when it is not known."""
    return RULES.get(key(schwab_action))


_PLAIN: Final[dict[tuple[Nature, Action], tuple[str, ...]]] = {
    (Nature.SHARES_IN, Action.BUY): ("Buy",),
    (Nature.SHARES_IN, Action.REINVEST): ("Reinvest Shares",),
    (Nature.SHARES_IN, Action.BUY_OPTION): ("Buy to Open",),
    (Nature.SHARES_IN, Action.CLOSE_OPTION): ("Buy to Close",),
    (Nature.SHARES_IN, Action.BUY_TO_COVER): ("Buy to Cover",),
    (Nature.SHARES_OUT, Action.SELL): ("Sell",),
    (Nature.SHARES_OUT, Action.SELL_OPTION): ("Sell to Close",),
    (Nature.SHARES_OUT, Action.WRITE_OPTION): ("Sell to Open",),
    (Nature.SHARES_OUT, Action.SELL_SHORT): ("Sell Short",),
    # A fund's short-term gains are ordinary dividends to its holder (Pub. 550, ch. 1).
    (Nature.CASH, Action.DIVIDEND): (
        "Cash Dividend",
        "Dividend",
        "Div Adjustment",
        "Non-Qualified Div",
        "Non-Qualified Div Adj",
        "Pr Yr Cash Div",
        "Pr Yr Div Reinvest",
        "Pr Yr Non Qual Div",
        "Pr Yr Non-Qual Div",
        "Pr Yr Special Div",
        "Qual Div Reinvest",
        "Qualified Dividend",
        "Reinvest Dividend",
        "Rev Pr Yr Cash Div",
        "Short Term Cap Gain",
        "Short Term Cap Gain Reinvest",
        "Special Dividend",
        "Special Non Qual Div",
        "Special Qual Div",
    ),
    (Nature.CASH, Action.CAPITAL_GAIN_DISTRIBUTION): (
        "Long Term Cap Gain",
        "Long Term Cap Gain Reinvest",
    ),
    (Nature.CASH, Action.RETURN_OF_CAPITAL): ("Return Of Capital", "Ret Cap Reinvest"),
    (Nature.CASH, Action.INTEREST): (
        "Bank Interest",
        "Bank Interest Adj",
        "Bond Interest",
        "CD Interest",
        "Credit Interest",
        "Interest Adj",
    ),
    (Nature.COST, Action.FEE): (
        "ADR Mgmt Fee",
        "Advisor Fee",
        "Foreign Tax Paid",
        "Foreign Tax Reclaim",
        "IRS Withhold Adj",
        "Margin Interest",
        "NRA Tax Adj",
        "NRA Withhold",
        "NRA Withholding",
        "Pr Yr NRA Tax",
        "Service Fee",
        "Tax Reversal",
        "Tax Withholding",
    ),
    (Nature.MONEY_MOVE, Action.DEPOSIT): (
        "Adjustment",
        "Adjustments",
        "Auto S1 Credit",
        "Auto S1 Debit",
        "Auto S1 Debit/Credit",
        "Bank Transfer",
        "Funds Disbursed",
        "Funds Paid",
        "Funds Received",
        "Misc Cash Entry",
        "Misc Credits",
        "MoneyLink Adj",
        "MoneyLink Deposit",
        "MoneyLink Transfer",
        "MoneyLink Withdrawal",
        "Promotional Award",
        "Returned Check",
        "Visa Purchase",
        "Wire Funds",
        "Wire Funds Adj",
        "Wire Funds Received",
        "Wire Received",
        "Wire Sent",
        "Wire Transfer",
    ),
    (Nature.MOVE, Action.TRANSFER_IN): (
        "Internal Transfer",
        "Journal",
        "Journaled Shares",
        "Security Transfer",
    ),
    (Nature.SPLIT, Action.SPLIT): ("Stock Split",),
    (Nature.SPLIT, Action.STOCK_DIVIDEND): ("Stock Div Dist",),
    (Nature.REVERSE_SPLIT, Action.SPLIT): ("Reverse Split",),
    (Nature.RENAME, Action.SYMBOL_CHANGE): ("Name Change",),
    (Nature.EXPIRY, Action.EXPIRE): ("Expired",),
    (Nature.IN_LIEU, Action.CASH_IN_LIEU): ("Cash In Lieu",),
}

_UNDOES: Final = {
    "Cancel Buy": Action.BUY,
    "Cancel Sell": Action.SELL,
    "Cancel Buy to Open": Action.BUY_OPTION,
    "Cancel Buy to Close": Action.CLOSE_OPTION,
    "Cancel Sell to Open": Action.WRITE_OPTION,
    "Cancel Sell to Close": Action.SELL_OPTION,
}

_MERGER: Final = (
    "a MERGER row (symbol, to_symbol, ratio, and the cash and fmv that the issuer's Form 8937 or"
    " the merger notice states)"
)
_REDEMPTION: Final = "a SELL row with the redeemed quantity and the amount paid"
_OPTION_END: Final = (
    "an {} row for the option with the strike money in amount, and leave out the Buy or Sell row"
    " of the shares that stands beside it"
)

_FACTS: Final[dict[str, tuple[str, ...]]] = {
    "an RSU_VEST, ESPP or BUY row, as the plan's statement says, with quantity, fmv or price, and"
    " compensation_income": ("Stock Plan Activity",),
    "a SPINOFF row (symbol of the parent, to_symbol, ratio, and the basis_fraction that the"
    " issuer's Form 8937 states)": ("Spin-off",),
    _MERGER: ("Stock Merger", "Cash Merger", "Cash Merger Adj", "Cash/Stock Merger"),
    "the rows of the exchange: MERGER, CLASS_EXCHANGE or TENDER with symbol, to_symbol and ratio": (
        "Mandatory Reorg Exc",
        "Conversion",
        "Exchange",
        "Tender Offer",
    ),
    _OPTION_END.format("ASSIGN"): ("Assigned",),
    _OPTION_END.format("EXERCISE"): ("Exchange or Exercise", "Exercised"),
    "a RIGHTS row with the facts of the issuer's notice": (
        "Dist Rights Trans",
        "Rights Dist",
        "Expired Rights",
    ),
    _REDEMPTION: ("Full Redemption", "Full Redemption Adj", "CXL Redemption Adj"),
    "a LIQUIDATION row with the amount paid": (
        "Cash Liquidation",
        "Final Cash Liquid",
        "Final Cash Liquid Adj",
    ),
    "a BUY or SELL row for the certificate of deposit": ("CD Deposit Funds", "CD Deposit Adj"),
    "a GIFT_OUT, DONATE or GIFT_IN row": ("Gift",),
    "the SPLIT row with its ratio": ("Stock Split Adj",),
    "the corrected REINVEST row": ("Reinvestment Adj",),
}

RULES: Final[dict[str, Rule]] = {
    **{
        key(name): Rule(nature, action)
        for (nature, action), names in _PLAIN.items()
        for name in names
    },
    **{key(name): Rule(Nature.CANCEL, undoes=done) for name, done in _UNDOES.items()},
    **{
        key(name): Rule(Nature.FACTS, remedy=remedy)
        for remedy, names in _FACTS.items()
        for name in names
    },
}
"""Every known action of Schwab's, by its name in lower case."""
