"""Overrides: what people say of trades before a plan makes them, from ``overrides.csv``."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Final

from taxlots.domain.account import Account
from taxlots.domain.order import Side
from taxlots.domain.problem import Problem, error
from taxlots.domain.settings import date_value, scaled_value

FILE: Final = "overrides.csv"
COLUMNS: Final = (
    "id",
    "action",
    "household",
    "account",
    "symbol",
    "side",
    "quantity",
    "amount",
    "instead",
    "until",
    "by",
    "reason",
)
NEEDED: Final = ("id", "action", "symbol", "by", "reason")


class TradeAction(StrEnum):
    """What a person does to the trades of a security.

    ``lock`` keeps the position as it is; ``exclude`` takes trades out, of one side or of both;
    ``force`` makes one; ``cap`` lets it be no larger; ``replace`` buys something else.
    """

    LOCK = "lock"
    EXCLUDE = "exclude"
    FORCE = "force"
    CAP = "cap"
    REPLACE = "replace"


@dataclass(frozen=True, slots=True, kw_only=True)
class TradeOverride:
    """One row: who wants what of the trades of ``symbol``, why, and until when.

    A blank account stands for every account of the household, a blank household for all of them.
    ``side`` None is both.  ``quantity`` is in 1e-8 units, ``amount_cents`` in cents.  ``until``
    is the first day on which it holds no more; None is without end.
    """

    id: str
    action: TradeAction
    symbol: str
    by: str
    reason: str
    household: str = ""
    account: str = ""
    side: Side | None = None
    quantity: int | None = None
    amount_cents: int | None = None
    instead: str = ""
    until: date | None = None

    def holds_on(self, day: date) -> bool:
        """Whether it holds on a day."""
        return self.until is None or day < self.until

    def speaks_of(self, household: str, account: str, symbol: str) -> bool:
        """Whether it is about a position."""
        return (
            symbol == self.symbol
            and self.account in ("", account)
            and self.household in ("", household)
        )


def trade_overrides_from(
    rows: Iterable[Mapping[str, str]], accounts: Iterable[Account], file: str = FILE
) -> tuple[tuple[TradeOverride, ...], list[Problem]]:
    """The overrides of a book in the order of the file, and a problem for each cell that is wrong.

    Rows with a problem are left out.
    """
    known = {account.id: account.household for account in accounts}
    found: dict[str, TradeOverride] = {}
    problems: list[Problem] = []
    for line, row in enumerate(rows, 2):
        cells = {name: row.get(name, "").strip() for name in COLUMNS}
        where = f"{file}:{line}"
        bad = [*_missing(cells, where), *_unknown(cells, known, where)]
        numbers, more = _numbers(cells, where)
        bad += [*more, *_unfit(cells, where)]
        if cells["id"] in found:
            bad.append(
                error(
                    f"{where}:id", "DUPLICATE_ID", f"{cells['id']!r} stands twice.", "Rename one."
                )
            )
        problems += bad
        if not bad:
            found[cells["id"]] = TradeOverride(
                id=cells["id"],
                action=TradeAction(cells["action"]),
                symbol=cells["symbol"],
                by=cells["by"],
                reason=cells["reason"],
                household=cells["household"],
                account=cells["account"],
                side=Side(cells["side"].upper()) if cells["side"] else None,
                quantity=numbers["quantity"],
                amount_cents=numbers["amount"],
                instead=cells["instead"],
                until=date_value(cells["until"]),
            )
    return tuple(found.values()), problems


def _missing(cells: Mapping[str, str], where: str) -> list[Problem]:
    return [
        error(
            f"{where}:{name}",
            "MISSING_CELL",
            f"The cell {name} is blank.",
            "Say who overrides which trade, and why: id, action, symbol, by and reason are needed.",
        )
        for name in NEEDED
        if not cells[name]
    ]


def _unknown(cells: Mapping[str, str], known: Mapping[str, str], where: str) -> list[Problem]:
    problems = []
    for name, words in (("action", list(TradeAction)), ("side", ["buy", "sell"])):
        if cells[name] and cells[name].lower() not in words:
            message = f"{cells[name]!r} is no {name}."
            remedy = f"Use one of {', '.join(words)}."
            problems.append(error(f"{where}:{name}", f"UNKNOWN_{name.upper()}", message, remedy))
    household, account = cells["household"], cells["account"]
    if household and household not in known.values():
        message, remedy = f"There is no household {household!r}.", "Name one of accounts.csv."
        problems.append(error(f"{where}:household", "UNKNOWN_HOUSEHOLD", message, remedy))
    if account and account not in known:
        message, remedy = f"There is no account {account!r}.", "Name an account of accounts.csv."
        problems.append(error(f"{where}:account", "UNKNOWN_ACCOUNT", message, remedy))
    elif account and household and known[account] != household:
        message = f"{account} is of the household {known[account]}, not of {household}."
        problems.append(
            error(f"{where}:account", "OTHER_HOUSEHOLD", message, "Leave the household blank.")
        )
    if cells["until"] and date_value(cells["until"]) is None:
        message, remedy = f"{cells['until']!r} is no date.", "Write dates as YYYY-MM-DD."
        problems.append(error(f"{where}:until", "BAD_DATE", message, remedy))
    return problems


def _numbers(cells: Mapping[str, str], where: str) -> tuple[dict[str, int | None], list[Problem]]:
    found: dict[str, int | None] = {}
    problems = []
    for name, places in (("quantity", 8), ("amount", 2)):
        found[name] = scaled_value(cells[name], places)
        if cells[name] and (found[name] or -1) < 0:
            message = f"{cells[name]!r} is no number above zero with at most {places} decimals."
            remedy = "Write 12.5; whether it is bought or sold stands in the column side."
            problems.append(error(f"{where}:{name}", "BAD_NUMBER", message, remedy))
    return found, problems


def _unfit(cells: Mapping[str, str], where: str) -> list[Problem]:
    """What an action needs and has not, or has and does not need."""
    action = cells["action"]
    sizes = [name for name in ("quantity", "amount") if cells[name]]
    wanted = {"force": 1, "cap": 1}.get(action, 0)
    problems = []
    if action in set(TradeAction) and len(sizes) != wanted:
        message = f"{action} takes {'one of quantity and amount' if wanted else 'no size'}."
        remedy = "State one of quantity and amount." if wanted else "Leave both blank."
        problems.append(error(f"{where}:quantity", "BAD_SIZE", message, remedy))
    if action == "force" and not cells["side"]:
        message = "A forced trade is a purchase or a sale."
        problems.append(error(f"{where}:side", "MISSING_CELL", message, "Write buy or sell."))
    if (action == "replace") is not bool(cells["instead"]):
        message = "Only replace, and replace always, says what is bought instead."
        remedy = "Name the security that is bought instead, or leave the cell blank."
        problems.append(error(f"{where}:instead", "BAD_REPLACEMENT", message, remedy))
    elif action == "replace" and cells["instead"] == cells["symbol"]:
        message = f"{cells['symbol']} cannot be bought instead of itself."
        remedy = "Name another security, or exclude this one."
        problems.append(error(f"{where}:instead", "BAD_REPLACEMENT", message, remedy))
    return problems
