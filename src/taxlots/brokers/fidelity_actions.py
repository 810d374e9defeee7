"""Fidelity's vocabulary: the words with which each action of a history begins.

Fidelity writes the action and the security into one cell, ``YOU BOUGHT ALFA CORP (ALFA) (Cash)``,
and publishes no list.  This one is gathered from exports and importers that are public; what
begins with none of it is an error, so that nothing is ever booked by a guess.
"""

from dataclasses import replace
from typing import Final

from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action

_PLAIN: Final[dict[tuple[Nature, Action], tuple[str, ...]]] = {
    (Nature.SHARES_IN, Action.BUY): ("YOU BOUGHT",),
    (Nature.SHARES_IN, Action.REINVEST): ("REINVESTMENT",),
    (Nature.SHARES_IN, Action.BUY_OPTION): ("YOU BOUGHT OPENING TRANSACTION",),
    (Nature.SHARES_IN, Action.CLOSE_OPTION): ("YOU BOUGHT CLOSING TRANSACTION",),
    (Nature.SHARES_IN, Action.BUY_TO_COVER): ("YOU BOUGHT SHORT COVER",),
    (Nature.SHARES_OUT, Action.SELL): (
        "YOU SOLD",
        "REDEMPTION PAYOUT",  # A bond that is paid back is sold (26 USC 1271(a)(1)).
    ),
    (Nature.SHARES_OUT, Action.SELL_OPTION): ("YOU SOLD CLOSING TRANSACTION",),
    (Nature.SHARES_OUT, Action.WRITE_OPTION): ("YOU SOLD OPENING TRANSACTION",),
    (Nature.SHARES_OUT, Action.SELL_SHORT): ("YOU SOLD SHORT SALE",),
    (Nature.STRIKE, Action.BUY): ("YOU BOUGHT ASSIGNED PUTS", "YOU BOUGHT EXERCISED CALLS"),
    (Nature.STRIKE, Action.SELL): ("YOU SOLD ASSIGNED CALLS", "YOU SOLD EXERCISED PUTS"),
    (Nature.OPTION_END, Action.ASSIGN): ("ASSIGNED",),
    (Nature.OPTION_END, Action.EXERCISE): ("EXERCISED",),
    (Nature.EXPIRY, Action.EXPIRE): ("EXPIRED",),
    # A fund's short-term gains are ordinary dividends to its holder (Pub. 550, ch. 1).
    (Nature.CASH, Action.DIVIDEND): (
        "DIVIDEND ADJUSTMENT",
        "DIVIDEND CHARGED",
        "DIVIDEND RECEIVED",
        "SHORT-TERM CAP GAIN",
    ),
    (Nature.CASH, Action.CAPITAL_GAIN_DISTRIBUTION): ("LONG-TERM CAP GAIN",),
    (Nature.CASH, Action.RETURN_OF_CAPITAL): ("RETURN OF CAPITAL",),
    (Nature.CASH, Action.INTEREST): (
        "INTEREST EARNED",
        "INTEREST FULLY PAID",
        "INTEREST SHORT SALE REBATE",
        "MUNI EXEMPT INT",
    ),
    (Nature.COST, Action.FEE): (
        "ADJ FOREIGN TAX PAID",
        "ADJUST FEE CHARGED",
        "ADVISOR FEE",
        "ADVISORY FEE",
        "ASSET/ACCT FEE",
        "FED TAX W/H",
        "FEE CHARGED",
        "FOREIGN TAX PAID",
        "MARGIN INTEREST",
        "NON-RESIDENT TAX",
        "STATE TAX W/H",
    ),
    (Nature.MONEY_MOVE, Action.DEPOSIT): (
        "ADJUST WIRE TRANSFER",
        "BILL PAYMENT",
        "CASH ADVANCE",
        "CASH CONTRIBUTION",
        "CHECK PAID",
        "CHECK RECEIVED",
        "CO CONTR",
        "DEBIT CARD",
        "DIRECT DEBIT",
        "DIRECT DEPOSIT",
        "EARLY DIST",
        "ELECTRONIC FUNDS TRANSFER PAID",
        "ELECTRONIC FUNDS TRANSFER RECEIVED",
        "JOURNALED GOODWILL",
        "JOURNALED SPP PURCHASE CREDIT",
        "NORMAL DISTR",
        "OTHER CREDIT",
        "OTHER DEBIT",
        "PARTIC CONTR",
        "ROLLOVER CASH",
        "TRANSFER OF ASSETS ACAT RES.CREDIT",
        "WIRE TRANSFER FROM BANK",
        "WIRE TRANSFER TO BANK",
    ),
    (Nature.MOVE, Action.TRANSFER_IN): (
        "JOURNALED",
        "JOURNALED JNL VS A/C TYPES",
        "ROLLOVER SHARES",
        "TRANSFER OF ASSETS",
        "TRANSFERRED FROM",
        "TRANSFERRED TO",
    ),
    (Nature.SWEEP, Action.VOID): ("PURCHASE INTO CORE ACCOUNT", "REDEMPTION FROM CORE ACCOUNT"),
    (Nature.SPLIT, Action.SPLIT): ("DISTRIBUTION",),
    (Nature.REVERSE_SPLIT, Action.SPLIT): ("REVERSE SPLIT",),
    (Nature.RENAME, Action.SYMBOL_CHANGE): ("NAME CHANGED",),
    (Nature.IN_LIEU, Action.CASH_IN_LIEU): ("IN LIEU OF FRX SHARE",),
}

_UNDOES: Final = {"BUY CANCEL": Action.BUY, "SELL CANCEL": Action.SELL}

_MERGER: Final = (
    "a MERGER row (symbol, to_symbol, ratio, and the cash and fmv that the issuer's Form 8937 or"
    " the merger notice states) for all rows of this merger"
)
_FACTS: Final[dict[str, tuple[str, ...]]] = {
    "an RSU_VEST row, as the plan's statement says, with quantity, fmv and compensation_income": (
        "YOU BOUGHT RSU",
        "CONVERSION SHARES DEPOSITED",
    ),
    "an ESPP row, as the plan's statement says, with quantity, price and compensation_income": (
        "YOU BOUGHT ESPP",
    ),
    "a SPINOFF row (symbol of the parent, to_symbol, ratio, and the basis_fraction that the"
    " issuer's Form 8937 states)": ("DISTRIBUTION SPINOFF",),
    _MERGER: ("MERGER",),
    "the rows of the exchange: CLASS_EXCHANGE or TENDER with symbol, to_symbol and ratio": (
        "CONVERSION",
        "EXCHANGED TO",
        "TENDER",
    ),
    "a RIGHTS row with the facts of the issuer's notice": ("RIGHTS",),
    "a LIQUIDATION row with the amount paid": ("LIQUIDATION",),
    "a DONATE or GIFT_OUT row": ("CONTRIBUTED TO",),
}

RULES: Final[dict[str, Rule]] = {
    **{name: Rule(nature, action) for (nature, action), names in _PLAIN.items() for name in names},
    **{name: Rule(Nature.CANCEL, undoes=done) for name, done in _UNDOES.items()},
    **{
        name: Rule(Nature.FACTS, remedy=remedy)
        for remedy, names in _FACTS.items()
        for name in names
    },
}
"""Every known beginning of an action, in capitals."""

_LONGEST_FIRST: Final = sorted(RULES, key=len, reverse=True)
_JOURNAL: Final = "JOURNALED JNL VS A/C TYPES"


def rule_of(action: str, *, has_shares: bool) -> tuple[str, Rule] | None:
    """The beginning by which an action is known, and its rule; None when it is not known.

    Case and spacing do not matter.  Money journaled between cash and margin stays in the account.
    """
    text = " ".join(action.split()).upper()
    for name in _LONGEST_FIRST:
        if text.startswith(name) and not text[len(name) : len(name) + 1].isalnum():
            rule = RULES[name]
            if name == _JOURNAL and not has_shares:
                rule = replace(rule, nature=Nature.SWEEP, action=Action.VOID)
            return name, rule
    return None
