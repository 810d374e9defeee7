"""E*TRADE's vocabulary: what each type of transaction becomes in the journal.

E*TRADE publishes no list.  This one is gathered from exports and importers that are public; a type
that is not here is an error, so that nothing is ever booked by a guess.
"""

from typing import Final

from taxlots.brokers.vocabulary import Nature, Rule, key
from taxlots.domain.action import Action

_PLAIN: Final[dict[tuple[Nature, Action], tuple[str, ...]]] = {
    (Nature.SHARES_IN, Action.BUY): ("Bought",),
    (Nature.SHARES_IN, Action.REINVEST): ("Dividend Reinvestment", "Reinvested Dividend"),
    (Nature.SHARES_IN, Action.BUY_OPTION): ("Bought To Open",),
    (Nature.SHARES_IN, Action.BUY_TO_COVER): ("Bought To Cover",),
    (Nature.SHARES_IN, Action.CLOSE_OPTION): ("Bought To Close",),
    (Nature.SHARES_OUT, Action.SELL): ("Sold", "Redemption"),
    (Nature.SHARES_OUT, Action.SELL_SHORT): ("Sold Short",),
    (Nature.SHARES_OUT, Action.SELL_OPTION): ("Sold To Close",),
    (Nature.SHARES_OUT, Action.WRITE_OPTION): ("Sold To Open",),
    # A fund's short-term gains are ordinary dividends to its holder (Pub. 550, ch. 1).
    (Nature.CASH, Action.DIVIDEND): (
        "Dividend",
        "Qualified Dividend",
        "ST Cap Gain Distribution",
    ),
    (Nature.CASH, Action.CAPITAL_GAIN_DISTRIBUTION): (
        "LT Cap Gain Distribution",
        "Capital Gain",
    ),
    (Nature.CASH, Action.RETURN_OF_CAPITAL): ("Return Of Capital",),
    (Nature.CASH, Action.INTEREST): ("Interest", "Interest Income", "Bank Interest"),
    (Nature.COST, Action.FEE): (
        "ADR Fee",
        "Fee",
        "Foreign Tax Withheld",
        "Margin Interest",
        "Service Fee",
        "Tax Withheld",
    ),
    (Nature.MONEY_MOVE, Action.DEPOSIT): (
        "Bill Payment",
        "Check",
        "Contribution",
        "Credit",
        "Debit",
        "Deposit",
        "Direct Debit",
        "Direct Deposit",
        "Distribution",
        "Online Transfer",
        "Wire",
        "Wire In",
        "Wire Out",
        "Withdrawal",
    ),
    (Nature.MOVE, Action.TRANSFER_IN): (
        "Journal",
        "Transfer",
        "Transfer into Account",
        "Transfer out of Account",
    ),
    (Nature.EXPIRY, Action.EXPIRE): ("Expired", "Option Expired", "Option Expiration"),
    (Nature.OPTION_END, Action.ASSIGN): ("Option Assigned", "Option Assignment"),
    (Nature.OPTION_END, Action.EXERCISE): ("Option Exercised", "Option Exercise"),
    (Nature.IN_LIEU, Action.CASH_IN_LIEU): ("Cash in Lieu",),
}

_OF_OPTIONS: Final = {
    Action.SELL_SHORT: Action.WRITE_OPTION,
    Action.BUY_TO_COVER: Action.CLOSE_OPTION,
}
"""E*TRADE uses these two words for shares and for options."""

_UNDOES: Final = {"Cancel Bought": Action.BUY, "Cancel Sold": Action.SELL}

_FACTS: Final[dict[str, tuple[str, ...]]] = {
    "a SPLIT row with its ratio (shares after ÷ shares before)": ("Stock Split", "Reverse Split"),
    "a SPINOFF row (symbol of the parent, to_symbol, ratio, and the basis_fraction that the"
    " issuer's Form 8937 states)": ("Stock Spin-Off", "Spin-Off"),
    "the one row of the exchange: MERGER, CLASS_EXCHANGE or SYMBOL_CHANGE with symbol, to_symbol"
    " and ratio, and the cash and fmv where money was paid too": (
        "Exchange",
        "Exchange Delivered Out",
        "Exchange Received In",
        "Merger",
        "Reorganization",
    ),
    "what it adjusts as a canonical row: FEE, INTEREST, DEPOSIT or WITHDRAWAL for money, a SPLIT,"
    " TRANSFER_IN or TRANSFER_OUT for shares": ("Adjustment", "MISC", "MISC Trade"),
    "a STOCK_DIVIDEND row with its ratio": ("Stock Dividend",),
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
"""Every known type of E*TRADE's, by its name in lower case."""


def rule_of(
    name: str, description: str, quantity: int | None, amount: int | None, *, is_option: bool
) -> Rule | None:
    """The rule of a transaction's type, None when it is not known.

    A dividend with shares is a reinvestment; its description tells a long-term gain.  Interest that
    is paid, and ``MISC`` for a span of days, are margin interest.
    """
    rule = RULES.get(key(name))
    if rule is None:
        return None
    if is_option and rule.action in _OF_OPTIONS:
        return Rule(rule.nature, _OF_OPTIONS[rule.action])
    words = key(description)
    is_paid = amount is not None and amount < 0
    if rule.action in (Action.DIVIDEND, Action.CAPITAL_GAIN_DISTRIBUTION):
        if quantity and is_paid:
            return Rule(Nature.SHARES_IN, Action.REINVEST)
        if "l/t capital gain" in words:
            return Rule(Nature.CASH, Action.CAPITAL_GAIN_DISTRIBUTION)
    is_margin = key(name) == "misc" and words.startswith("thru ")
    if is_paid and (rule.action is Action.INTEREST or is_margin):
        return Rule(Nature.COST, Action.FEE)
    return rule
