"""Robinhood's vocabulary: what each transaction code becomes in the journal.

Robinhood publishes no list.  This one is gathered from exports and importers that are public; a
code that is not here is an error, so that nothing is ever booked by a guess.
"""

from typing import Final

from taxlots.brokers.vocabulary import Nature, Rule, key
from taxlots.domain.action import Action

_PLAIN: Final[dict[tuple[Nature, Action], tuple[str, ...]]] = {
    (Nature.SHARES_IN, Action.BUY): ("Buy",),
    (Nature.SHARES_IN, Action.REINVEST): ("DRIP", "REINV"),
    (Nature.SHARES_IN, Action.BUY_OPTION): ("BTO",),
    (Nature.SHARES_IN, Action.CLOSE_OPTION): ("BTC",),
    (Nature.SHARES_OUT, Action.SELL): ("Sell",),
    (Nature.SHARES_OUT, Action.SELL_OPTION): ("STC",),
    (Nature.SHARES_OUT, Action.WRITE_OPTION): ("STO",),
    (Nature.CASH, Action.DIVIDEND): ("CDIV", "DIV"),
    (Nature.CASH, Action.RETURN_OF_CAPITAL): ("ROC",),
    # A borrower's payment in place of a dividend is ordinary income, and no dividend
    # (Pub. 550, ch. 1, "Payments in lieu of dividends"); so is what the loan itself pays.
    (Nature.CASH, Action.INTEREST): ("GDBP", "IADJ", "INT", "MDIV", "SLIP"),
    (Nature.COST, Action.FEE): ("AFEE", "DFEE", "DTAX", "FEE", "GMPC", "GOLD", "MINT"),
    (Nature.MONEY_MOVE, Action.DEPOSIT): ("ACH", "FUTSWP", "MISC", "RTP", "WIRE", "XENT"),
    (Nature.MOVE, Action.TRANSFER_IN): ("ACATI", "ACATO", "ITRF", "JNL", "REC", "T/A"),
    (Nature.SPLIT, Action.SPLIT): ("SPL",),
    (Nature.REVERSE_SPLIT, Action.SPLIT): ("SPR",),
    (Nature.EXPIRY, Action.EXPIRE): ("OEXP",),
    (Nature.OPTION_END, Action.ASSIGN): ("OASGN",),
    (Nature.OPTION_END, Action.EXERCISE): ("OEXCS",),
    (Nature.IN_LIEU, Action.CASH_IN_LIEU): ("CIL",),
}

_UNDOES: Final = {
    "BCXL": Action.BUY,
    "SCXL": Action.SELL,
}

_FACTS: Final[dict[str, tuple[str, ...]]] = {
    "a SPINOFF row (symbol of the parent, to_symbol, ratio, and the basis_fraction that the"
    " issuer's Form 8937 states)": ("SOFF",),
    "the one row of the merger: MERGER with symbol, to_symbol and ratio, and the cash and fmv that"
    " the issuer's Form 8937 or the merger notice states": ("MRGC", "MRGR", "MRGS"),
    "the one row of the exchange: SYMBOL_CHANGE, CLASS_EXCHANGE or MERGER with symbol, to_symbol"
    " and ratio": ("CONV", "SXCH"),
    "a LIQUIDATION row with the amount paid, and the quantity if the shares were given up": (
        "LIQ",
    ),
    "an EXERCISE or ASSIGN row with the settlement money in cash": ("OCC",),
    "a VOID row that names the assignment, or none of the rows that took each other back": (
        "OAREV",
    ),
    "a SYMBOL_CHANGE or SPLIT row for the adjusted option": ("OCA",),
    "the rows of what was bought in": ("ABIP",),
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
"""Every known code of Robinhood's, in lower case."""

_AT_STRIKE: Final = ("option assigned", "option exercised")
_CASH_IN_LIEU: Final = Rule(Nature.SHARES_OUT, Action.CASH_IN_LIEU)


def rule_of(code: str, description: str, amount: int | None, fraction: int | None) -> Rule | None:
    """The rule of a code; None when it is not known.

    The description of a purchase tells that it reinvests a dividend, or comes of an option.
    Interest that is paid is margin interest.  ``fraction`` (1e-8 shares) is that of cash in lieu.
    """
    rule = RULES.get(key(code))
    if rule is None:
        return None
    words = key(description)
    if rule.action in (Action.BUY, Action.SELL) and any(sign in words for sign in _AT_STRIKE):
        return Rule(Nature.STRIKE, rule.action)
    if rule.action is Action.BUY and "dividend reinvestment" in words:
        return Rule(Nature.SHARES_IN, Action.REINVEST)
    if rule.action is Action.INTEREST and amount is not None and amount < 0:
        return Rule(Nature.COST, Action.FEE)
    if rule.nature is Nature.IN_LIEU and fraction:
        return _CASH_IN_LIEU
    return rule
