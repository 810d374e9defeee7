"""What each action needs in its row; everything that is wrong is told in one run."""

from __future__ import annotations

from fractions import Fraction
from typing import Final

import numpy as np

from taxlots.book.cells import Mask
from taxlots.book.journal import ACTION_CODE, ACTIONS, Journal, filled, rows_where
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.action import CASH_ACTIONS, CORPORATE_ACTIONS, PURCHASE_ACTIONS, Action
from taxlots.domain.method import ReliefMethod
from taxlots.domain.problem import Problem, error, warning

EVERY_ACCOUNT: Final = CORPORATE_ACTIONS - {Action.TENDER}
"""Actions whose account may be blank: the row then belongs to every household."""

WITHOUT_SYMBOL: Final = CASH_ACTIONS | {Action.SET_METHOD, Action.VOID}
WITHOUT_QUANTITY: Final = (
    CASH_ACTIONS
    | EVERY_ACCOUNT
    | {
        Action.SET_METHOD,
        Action.VOID,
        Action.BASIS_ADJUSTMENT,
        Action.EXPIRE,
        Action.ELECT_AVERAGE,
        Action.REVOKE_AVERAGE,
    }
)
PRICED: Final = (PURCHASE_ACTIONS - {Action.TAXABLE_EXCHANGE}) | {
    Action.SELL,
    Action.SELL_OPTION,
    Action.SELL_SHORT,
    Action.BUY_TO_COVER,
    Action.WRITE_OPTION,
    Action.CLOSE_OPTION,
}
PAID: Final = frozenset({Action.CASH_IN_LIEU, Action.RETURN_OF_CAPITAL, Action.LIQUIDATION})
"""Actions that pay ``amount`` or ``cash``."""
OPTION_ACTIONS: Final = frozenset(
    {
        Action.BUY_OPTION,
        Action.SELL_OPTION,
        Action.WRITE_OPTION,
        Action.CLOSE_OPTION,
        Action.EXERCISE,
        Action.ASSIGN,
    }
)
OWED: Final = frozenset({Action.SELL_SHORT, Action.BUY_TO_COVER, Action.CLOSE_SHORT_BY_DELIVERY})
NEEDED_NUMBERS: Final = {
    Action.TAXABLE_EXCHANGE: ("fmv",),
    Action.IRA_DISTRIBUTION: ("fmv",),
    Action.INHERIT: ("fmv",),
    Action.GIFT_IN: ("fmv", "cost_basis"),
    Action.BASIS_ADJUSTMENT: ("amount",),
}
NEEDED_CELLS: Final = {
    Action.TRANSFER: ("to_account",),
    Action.IRA_DISTRIBUTION: ("to_account",),
    Action.SYMBOL_CHANGE: ("to_symbol",),
    Action.SPLIT: ("ratio",),
    Action.SPINOFF: ("to_symbol",),
    Action.RIGHTS: ("to_symbol",),
    Action.CLASS_EXCHANGE: ("to_symbol",),
    Action.SET_METHOD: ("method",),
    Action.VOID: ("note",),
}
OCC_TAIL: Final = 15
"""Characters of an OCC option symbol after the root: yymmdd, C or P, the strike."""

CHARACTER: Final = {
    AccountKind.TAXABLE: "taxable",
    AccountKind.TAXABLE_MTM_475: "marked to market",
    AccountKind.CUSTODIAL: "a child's",
}


def is_action(journal: Journal, actions: frozenset[Action] | set[Action]) -> Mask:
    """The rows that bear one of the actions."""
    return np.asarray(np.isin(journal.action, [ACTION_CODE[a] for a in actions]), np.bool_)


def void_rows(journal: Journal) -> Mask:
    """VOID rows and the rows that they take back: as if they had never been."""
    void = journal.action == ACTION_CODE[Action.VOID]
    dropped: Mask = np.array(void, np.bool_)
    if not void.any():
        return dropped
    row_of = {name: row for row, name in enumerate(journal.ids.to_pylist())}
    for row in rows_where(void):
        named = journal.cell("note", row)
        target = row_of.get(named)
        if target is None:
            _void_problem(journal, row, f"no transaction has the id {named!r}")
        elif void[target]:
            _void_problem(journal, row, f"{named!r} is a VOID itself, which cannot be taken back")
        else:
            dropped[target] = True
    return dropped


def _void_problem(journal: Journal, row: int, message: str) -> None:
    problem = error(
        journal.where(row, "note"),
        "BAD_VOID",
        f"transaction {journal.id(row)!r}: {message}",
        "write the id of the transaction to take back in note, and nothing else",
    )
    journal.problems.setdefault(-1, []).append(problem)


def check_rows(journal: Journal, live: Mask) -> None:
    """Note what is missing or unknown in the rows that count."""
    for action in {ACTIONS[a] for a in np.unique(journal.action[live]) if a >= 0}:
        rows = live & (journal.action == ACTION_CODE[action])
        _check_cells(journal, rows, action)
        _check_accounts(journal, rows, action)


def _missing(journal: Journal, rows: Mask, column: str, action: Action) -> None:
    for row in rows_where(rows):
        journal.note(
            row, column, "MISSING_CELL", f"{action} needs {column}", f"fill in the cell {column}"
        )


def _check_cells(journal: Journal, rows: Mask, action: Action) -> None:
    number = journal.number
    if action not in WITHOUT_SYMBOL:
        _missing(journal, rows & (journal.symbol.values < 0), "symbol", action)
    if action not in WITHOUT_QUANTITY:
        quantity = number["quantity"]
        is_none = (quantity.values == 0) & ~quantity.is_bad & ~quantity.is_finer
        _missing(journal, rows & is_none, "quantity", action)
    _check_amount(journal, rows, action)
    for column in NEEDED_NUMBERS.get(action, ()):
        _missing(journal, rows & number[column].is_blank, column, action)
    for column in NEEDED_CELLS.get(action, ()):
        _missing(journal, rows & ~filled(journal, column), column, action)
    if action is Action.GIFT_IN:
        _missing(journal, rows & journal.day["acquired_date"][1], "acquired_date", action)


def _check_amount(journal: Journal, rows: Mask, action: Action) -> None:
    """What is paid must be there, and is written without a sign."""
    number = journal.number
    if action not in PRICED | PAID:
        return
    other = number["cash"] if action in PAID else number["price"]
    blank = number["amount"].is_blank & other.is_blank
    if action is Action.RSU_VEST:
        blank = blank & number["compensation_income"].is_blank
    _missing(journal, rows & blank, "amount", action)
    for row in rows_where(rows & (number["amount"].values < 0)):
        journal.note(
            row,
            "amount",
            "NEGATIVE_NUMBER",
            "amount is negative",
            "write it without a sign; the action says which way it goes",
        )


def _check_accounts(journal: Journal, rows: Mask, action: Action) -> None:
    if action not in EVERY_ACCOUNT and action is not Action.VOID:
        _missing(journal, rows & (journal.account.values < 0), "account", action)


def check_known_accounts(journal: Journal, live: Mask) -> None:
    """Note rows of accounts that ``accounts.csv`` does not hold."""
    known = {a.id for a in journal.record.accounts}
    unknown = [n not in known for n in journal.account.names]
    is_unknown = np.array([*unknown, False])[journal.account.values]
    for row in rows_where(live & is_unknown):
        journal.note(
            row,
            "account",
            "UNKNOWN_ACCOUNT",
            f"the account {journal.account_of(row)!r} is not in accounts.csv",
            "add the account there with its household, kind and owner, or correct its id",
        )


def check_transfer(journal: Journal, row: int, accounts: dict[str, Account]) -> bool:
    """Whether a move between accounts is one that the books know; a problem is noted if not."""
    source = accounts[journal.account_of(row)]
    name = journal.cell("to_account", row)
    target = accounts.get(name)
    if target is None or target.household != source.household:
        journal.note(
            row,
            "to_account",
            "UNKNOWN_ACCOUNT",
            f"{name!r} is no account of the household {source.household!r}",
            "name an account of the same household, or book TRANSFER_OUT and TRANSFER_IN",
        )
        return False
    action = ACTIONS[journal.action[row]]
    if action is Action.IRA_DISTRIBUTION:
        is_right = source.kind.is_tax_deferred and not target.kind.is_tax_deferred
        remedy = "an IRA_DISTRIBUTION goes from a tax-deferred account to a taxable one"
    else:
        is_right = is_one_character(source, target)
        remedy = (
            "book an in-kind distribution as IRA_DISTRIBUTION; contributions in kind to an IRA "
            "are barred (26 USC 408(a)(1))"
        )
    if not is_right:
        journal.note(
            row,
            "to_account",
            "TAX_CHARACTER",
            f"{source.kind} to {target.kind} is no move between accounts of one tax character",
            remedy,
        )
    return is_right


def is_one_character(source: Account, target: Account) -> bool:
    """Whether lots can move between two accounts with nothing realized or distributed."""
    return CHARACTER.get(source.kind) == CHARACTER.get(target.kind)


def method_named(journal: Journal, row: int) -> ReliefMethod | None:
    """The method that a row names; None where blank, and with a problem where it cannot be."""
    name = journal.cell("method", row)
    if not name:
        return None
    if name in set(ReliefMethod):
        return ReliefMethod(name)
    message = f"{name!r} is no relief method"
    if name == "TAX_OPTIMAL":
        message = "TAX_OPTIMAL is no method of the books: filed history must not depend on rates"
    remedy = "use one of " + ", ".join(sorted(ReliefMethod)) + ", or name the lots"
    journal.note(row, "method", "UNKNOWN_METHOD", message, remedy)
    return None


def ratio_of(journal: Journal, row: int) -> Fraction | None:
    """The ratio of a split: ``2``, ``1.05`` or ``1/3``; a problem is noted where it is none."""
    name = journal.cell("ratio", row)
    try:
        ratio = Fraction(name.replace(" ", ""))
    except (ValueError, ZeroDivisionError):
        ratio = Fraction(0)
    if ratio > 0 and max(ratio.numerator, ratio.denominator) < 1 << 31:
        return ratio
    journal.note(
        row,
        "ratio",
        "BAD_RATIO",
        f"{name!r} is no ratio of shares after to shares before",
        "write 2 for a 2-for-1 split, 0.1 for 1-for-10, or a fraction like 1/3",
    )
    return None


def check_securities(journal: Journal, live: Mask) -> list[Problem]:
    """Warn of symbols that ``securities.csv`` does not list; options must be listed."""
    record = journal.record
    bought = live & is_action(journal, OPTION_ACTIONS)
    as_option = {journal.symbol_of(row) for row in rows_where(bought)}
    used = np.unique(journal.symbol.values[live])
    found: list[Problem] = []
    for name in (journal.symbol.names[c] for c in used if c >= 0):
        if name in record.securities:
            continue
        if name in as_option or is_option_symbol(name):
            found.append(
                error(
                    f"securities.csv:{name}",
                    "UNLISTED_OPTION",
                    f"the option {name!r} is not listed",
                    "add it with kind option, its multiplier and its underlying",
                )
            )
        else:
            found.append(
                warning(
                    f"securities.csv:{name}",
                    "UNLISTED_SYMBOL",
                    f"{name!r} is not listed and is booked as a stock",
                    "add it with its kind: options, bonds and digital assets have their own rules",
                )
            )
    return found


def is_option_symbol(symbol: str) -> bool:
    """Whether a symbol has the OCC form: root, yymmdd, C or P, and the strike in eight digits."""
    tail = symbol[-OCC_TAIL:]
    return (
        len(symbol) > OCC_TAIL
        and tail[:6].isdigit()
        and tail[6] in "CP"
        and tail[7:].isdigit()
        and symbol[:-OCC_TAIL].strip().isalnum()
    )
