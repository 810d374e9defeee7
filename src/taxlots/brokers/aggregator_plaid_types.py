"""Plaid's vocabulary: what each type and subtype of transaction becomes in the journal.

Plaid documents the subtypes under "Investment transaction types schema".
"""

from typing import Final

from taxlots.brokers.vocabulary import Nature, Rule
from taxlots.domain.action import Action

_BUY: Final = Rule(Nature.SHARES_IN, Action.BUY)
_SELL: Final = Rule(Nature.SHARES_OUT, Action.SELL)
_REINVEST: Final = Rule(Nature.SHARES_IN, Action.REINVEST)
# A fund's short-term gains are ordinary dividends to its holder (Pub. 550, ch. 1).
_DIVIDEND: Final = Rule(Nature.CASH, Action.DIVIDEND)
_INTEREST: Final = Rule(Nature.CASH, Action.INTEREST)
_COST: Final = Rule(Nature.COST, Action.FEE)
_MONEY: Final = Rule(Nature.MONEY_MOVE, Action.DEPOSIT)
_MOVE: Final = Rule(Nature.MOVE, Action.TRANSFER_IN)
_ASSIGNMENT: Final = Rule(Nature.OPTION_END, Action.ASSIGN)
_EXERCISE: Final = Rule(Nature.OPTION_END, Action.EXERCISE)


def _facts(remedy: str) -> Rule:
    return Rule(Nature.FACTS, remedy=remedy)


_ADJUSTMENT: Final = _facts(
    "what it adjusts as a canonical row: FEE, INTEREST, DEPOSIT or WITHDRAWAL for money, a SPLIT,"
    " TRANSFER_IN or TRANSFER_OUT for shares"
)
_PENDING: Final = _facts("nothing: ask for the transactions again when it is settled")
_STOCK: Final = _facts("a STOCK_DIVIDEND row with its ratio")

_INCOME_AND_COSTS: Final[dict[str, Rule]] = {
    **dict.fromkeys(
        (
            *("dividend", "non-qualified dividend", "qualified dividend"),
            *("short-term capital gain", "unqualified gain"),
        ),
        _DIVIDEND,
    ),
    "long-term capital gain": Rule(Nature.CASH, Action.CAPITAL_GAIN_DISTRIBUTION),
    "return of principal": Rule(Nature.CASH, Action.RETURN_OF_CAPITAL),
    **dict.fromkeys(("interest", "interest receivable"), _INTEREST),
    **dict.fromkeys(
        (
            *("account fee", "fund fee", "legal fee", "management fee", "margin expense"),
            *("miscellaneous fee", "transfer fee", "trust fee"),
            *("non-resident tax", "tax", "tax withheld"),
        ),
        _COST,
    ),
    **dict.fromkeys(("contribution", "deposit", "distribution", "withdrawal"), _MONEY),
    **dict.fromkeys(("pending credit", "pending debit"), _PENDING),
    "adjustment": _ADJUSTMENT,
    "stock distribution": _STOCK,
}

RULES: Final[dict[str, dict[str, Rule]]] = {
    "buy": {
        **dict.fromkeys(("buy", "contribution", "rebalance"), _BUY),
        "buy to cover": Rule(Nature.SHARES_IN, Action.BUY_TO_COVER),
        **dict.fromkeys(
            (
                *("dividend reinvestment", "interest reinvestment"),
                *("long-term capital gain reinvestment", "short-term capital gain reinvestment"),
            ),
            _REINVEST,
        ),
        "assignment": _ASSIGNMENT,
        "exercise": _EXERCISE,
    },
    "sell": {
        **dict.fromkeys(("sell", "distribution", "rebalance"), _SELL),
        "sell short": Rule(Nature.SHARES_OUT, Action.SELL_SHORT),
        "assignment": _ASSIGNMENT,
        "exercise": _EXERCISE,
    },
    "cash": _INCOME_AND_COSTS,
    "fee": _INCOME_AND_COSTS,
    "transfer": {
        **dict.fromkeys(("transfer", "send", "request", "deposit", "withdrawal"), _MOVE),
        "assignment": _ASSIGNMENT,
        "exercise": _EXERCISE,
        "expire": Rule(Nature.EXPIRY, Action.EXPIRE),
        "adjustment": _ADJUSTMENT,
        "merger": _facts(
            "a MERGER row (symbol, to_symbol, ratio, and the cash and fmv that the issuer's Form"
            " 8937 or the merger notice states)"
        ),
        "spin off": _facts(
            "a SPINOFF row (symbol of the parent, to_symbol, ratio, and the basis_fraction that"
            " the issuer's Form 8937 states)"
        ),
        "split": _facts("a SPLIT row with its ratio (shares after ÷ shares before)"),
        "stock distribution": _STOCK,
        "trade": _facts("a TAXABLE_EXCHANGE row and the SELL of what was given"),
    },
}

_CANCEL: Final = _facts(
    "nothing, and take the cancelled transaction out too; if that one is in the journal, a VOID row"
    " that names it"
)


def rule_of(kind: str, subtype: str) -> Rule | None:
    """The rule of a transaction by its type and subtype, both in lower case; None if not known."""
    return _CANCEL if kind == "cancel" else RULES.get(kind, {}).get(subtype)
