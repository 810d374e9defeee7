"""Vanguard's vocabulary: what each transaction type becomes in the journal.

Vanguard publishes no list.  This one is gathered from exports and importers that are public; a
type that is not here is an error, so that nothing is ever booked by a guess.
"""

from typing import Final

from taxlots.brokers.vocabulary import Nature, Rule, key
from taxlots.domain.action import Action

_PLAIN: Final[dict[tuple[Nature, Action], tuple[str, ...]]] = {
    (Nature.SHARES_IN, Action.BUY): ("Buy", "Buy (exchange)"),
    (Nature.SHARES_IN, Action.REINVEST): (
        "Reinvestment",
        "Reinvestment (LT gain)",
        "Reinvestment (ST gain)",
    ),
    (Nature.SHARES_IN, Action.BUY_OPTION): ("Buy to open",),
    (Nature.SHARES_IN, Action.CLOSE_OPTION): ("Buy to close",),
    (Nature.SHARES_IN, Action.BUY_TO_COVER): ("Buy to cover",),
    (Nature.SHARES_OUT, Action.SELL): (
        "Sell",
        "Sell (exchange)",
        "Corp Action (Redemption)",  # A bond that is paid back is sold (26 USC 1271(a)(1)).
    ),
    (Nature.SHARES_OUT, Action.SELL_OPTION): ("Sell to close",),
    (Nature.SHARES_OUT, Action.WRITE_OPTION): ("Sell to open",),
    (Nature.SHARES_OUT, Action.SELL_SHORT): ("Sell short",),
    # A fund's short-term gains are ordinary dividends to its holder (Pub. 550, ch. 1).
    (Nature.CASH, Action.DIVIDEND): ("Dividend", "Capital gain (ST)"),
    (Nature.CASH, Action.CAPITAL_GAIN_DISTRIBUTION): ("Capital gain (LT)",),
    (Nature.CASH, Action.RETURN_OF_CAPITAL): ("Return of capital",),
    (Nature.CASH, Action.INTEREST): ("Interest",),
    (Nature.COST, Action.FEE): ("Fee", "Interest charge", "Withholding"),
    (Nature.MONEY_MOVE, Action.DEPOSIT): ("Funds Received", "Withdrawal", "Wire in", "Wire out"),
    (Nature.MOVE, Action.TRANSFER_IN): (
        "Contribution",
        "Distribution",
        "Rollover (incoming)",
        "Transfer",
        "Transfer (incoming)",
        "Transfer (outgoing)",
    ),
    (Nature.SWEEP, Action.VOID): ("Sweep in", "Sweep out"),
    (Nature.SPLIT, Action.SPLIT): ("Stock split",),
    (Nature.EXPIRY, Action.EXPIRE): ("Expired",),
    (Nature.IN_LIEU, Action.CASH_IN_LIEU): ("Corp Action (Cash in Lieu)",),
}

_UNDOES: Final = {
    "Buy Cancel": Action.BUY,
    "Sell Cancel": Action.SELL,
}

_OPTION_END: Final = (
    "an {} row for the option with the strike money in amount, and leave out the Buy or Sell row"
    " of the shares that stands beside it"
)
_FACTS: Final[dict[str, tuple[str, ...]]] = {
    "a SPINOFF row (symbol of the parent, to_symbol, ratio, and the basis_fraction that the"
    " issuer's Form 8937 states)": ("Corp Action (Spinoff)",),
    "a MERGER row (symbol, to_symbol, ratio, and the cash and fmv that the issuer's Form 8937 or"
    " the merger notice states) for all rows of this merger": (
        "Corp Action (Merger)",
        "Merger (incoming)",
        "Merger (outgoing)",
    ),
    "a CLASS_EXCHANGE row (symbol, to_symbol, ratio) where one share class became another,"
    " nothing where the same shares moved to another register": (
        "Conversion (incoming)",
        "Conversion (outgoing)",
    ),
    "the rows of the exchange: MERGER, CLASS_EXCHANGE or TENDER with symbol, to_symbol and"
    " ratio; for an exercised option, EXERCISE": (
        "Corp Action (Exchange)",
        "Corp Action (Sec Exchange)",
        "Corp Action (Tender)",
    ),
    "a LIQUIDATION row with the amount paid": ("Corp Action (Liquidation)",),
    _OPTION_END.format("ASSIGN"): ("Assigned",),
    _OPTION_END.format("EXERCISE"): ("Exercised",),
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
"""Every known transaction type of Vanguard's, by its name in lower case."""


def rule_of(transaction_type: str) -> Rule | None:
    """The rule of a type, whatever its case and spacing; None when it is not known."""
    return RULES.get(key(transaction_type))
