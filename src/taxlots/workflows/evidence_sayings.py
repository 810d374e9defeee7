"""What a row says, action by action, in a few words: the cells that matter to it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING, Final

from taxlots.domain.action import Action

if TYPE_CHECKING:
    from taxlots.workflows.evidence import Evidence


def _worth(evidence: Evidence, row: int, quantity: str) -> str:
    return f"{quantity} worth {evidence.cell(row, 'fmv')}"


def _gift(evidence: Evidence, row: int, quantity: str) -> str:
    basis, fmv = evidence.cell(row, "cost_basis"), evidence.cell(row, "fmv")
    tax = evidence.cell(row, "basis_increase")
    more = f", gift tax {tax}" if tax else ""
    return f"{quantity}, donor's basis {basis}, worth {fmv}{more}"


def _transfer_in(evidence: Evidence, row: int, quantity: str) -> str:
    basis = evidence.cell(row, "cost_basis") or "unknown"
    since = evidence.cell(row, "acquired_date") or "an unknown day"
    return f"{quantity}, cost basis {basis}, acquired {since}"


def _moved(evidence: Evidence, row: int, quantity: str) -> str:
    return f"{quantity} to {evidence.cell(row, 'to_account')}"


def _given_up(_evidence: Evidence, _row: int, quantity: str) -> str:
    return quantity or "all"


def _method(evidence: Evidence, row: int, _quantity: str) -> str:
    return f"method {evidence.cell(row, 'method')}"


def _election(evidence: Evidence, row: int, _quantity: str) -> str:
    single = evidence.cell(row, "single_account").lower() in ("true", "yes", "1")
    return "covered and noncovered shares together" if single else "average basis"


def _adjusted(evidence: Evidence, row: int, _quantity: str) -> str:
    lots = evidence.cell(row, "lots")
    on = f" on {lots}" if lots else ""
    return f"amount {evidence.cell(row, 'amount')}{on}"


def _renamed(evidence: Evidence, row: int, _quantity: str) -> str:
    return f"to {evidence.cell(row, 'to_symbol')}"


def _exchanged(evidence: Evidence, row: int, quantity: str) -> str:
    """What is received for the shares: new shares, cash, both, or the price of a tender."""
    target = evidence.cell(row, "to_symbol")
    if not target and not evidence.cell(row, "cash"):
        return evidence.traded(row, quantity)
    parts = [f"{quantity} into {target}".strip() if target else quantity, *_terms(evidence, row)]
    return ", ".join(part for part in parts if part)


def _distributed(evidence: Evidence, row: int, quantity: str) -> str:
    target = evidence.cell(row, "to_symbol")
    parts = [f"{quantity} {target}".strip(), *_terms(evidence, row)]
    fraction = evidence.cell(row, "basis_fraction")
    if fraction:
        parts.append(f"basis fraction {fraction}")
    if evidence.cell(row, "elected").lower() in ("true", "yes", "1"):
        parts.append("allocation elected")
    return ", ".join(part for part in parts if part)


def _terms(evidence: Evidence, row: int) -> list[str]:
    """Ratio, cash, value and old price of an action, as the row states them."""
    cells = (("ratio", "ratio"), ("cash", "cash"), ("worth", "fmv"), ("old share at", "price"))
    found = [
        f"{word} {evidence.cell(row, name)}" for word, name in cells if evidence.cell(row, name)
    ]
    if evidence.cell(row, "taxable").lower() in ("true", "yes", "1"):
        found.append("taxable")
    return found


def _paid(evidence: Evidence, row: int, quantity: str) -> str:
    """What capital comes back: in all, or for each share of every account."""
    amount = evidence.cell(row, "amount") or evidence.cell(row, "cash")
    each = "" if evidence.journal.account_of(row) else " a share"
    paid = f"{amount}{each}"
    return f"{quantity} for {paid}" if quantity else paid


def _settled(evidence: Evidence, row: int, quantity: str) -> str:
    """An exercise or an assignment: contracts, and the money where the row states it."""
    cash = evidence.cell(row, "cash")
    if cash:
        return f"{quantity} settled for {cash} in cash"
    return evidence.traded(row, quantity)


def _cash(evidence: Evidence, row: int, _quantity: str) -> str:
    return f"amount {evidence.cell(row, 'amount') or evidence.cell(row, 'cash')}"


def _void(evidence: Evidence, row: int, _quantity: str) -> str:
    return evidence.cell(row, "note") or "takes a row back"


SAYINGS: Final[dict[Action, Callable[[Evidence, int, str], str]]] = {
    Action.TAXABLE_EXCHANGE: _worth,
    Action.INHERIT: _worth,
    Action.IRA_DISTRIBUTION: _worth,
    Action.GIFT_IN: _gift,
    Action.TRANSFER_IN: _transfer_in,
    Action.TRANSFER: _moved,
    Action.SPLIT: _distributed,
    Action.STOCK_DIVIDEND: _distributed,
    Action.SPINOFF: _distributed,
    Action.RIGHTS: _distributed,
    Action.MERGER: _exchanged,
    Action.TENDER: _exchanged,
    Action.CLASS_EXCHANGE: _exchanged,
    Action.RETURN_OF_CAPITAL: _paid,
    Action.LIQUIDATION: _paid,
    Action.WORTHLESS: _given_up,
    Action.EXPIRE: _given_up,
    Action.EXERCISE: _settled,
    Action.ASSIGN: _settled,
    Action.SET_METHOD: _method,
    Action.ELECT_AVERAGE: _election,
    Action.REVOKE_AVERAGE: lambda _evidence, _row, _quantity: "average basis ends",
    Action.SYMBOL_CHANGE: _renamed,
    Action.BASIS_ADJUSTMENT: _adjusted,
    Action.DIVIDEND: _cash,
    Action.EXEMPT_INTEREST_DIVIDEND: _cash,
    Action.CAPITAL_GAIN_DISTRIBUTION: _cash,
    Action.INTEREST: _cash,
    Action.DEPOSIT: _cash,
    Action.WITHDRAWAL: _cash,
    Action.FEE: _cash,
    Action.VOID: _void,
}
"""What is told of a row instead of quantity and price; other actions are told by these."""
