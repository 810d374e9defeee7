"""What a purchase that waits leaves a household with: a class that stays below its band."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime
from typing import TYPE_CHECKING

from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.trade_check import TradeCheck, TradeSide

if TYPE_CHECKING:
    from taxlots.book.record import Record
    from taxlots.reports.drift import DriftLine

BELOW = -1


def told_of_drift(
    check: TradeCheck,
    record: Record,
    book: str,
    *,
    as_of: date,
    known_at: datetime | None = None,
) -> TradeCheck:
    """A purchase that meets losses, with a sentence where its class is below its band.

    A book without targets, or with targets that cannot be read, has nothing to say of it.
    """
    if check.side is not TradeSide.BUY or not check.because:
        return check
    (household,) = (a.household for a in record.accounts if a.id == check.account)
    if not any(row.get("household", "").strip() == household for row in record.targets):
        return check
    from taxlots.workflows.drift import drift

    try:
        found = drift(book, household=household, as_of=as_of, known_at=known_at).households
    except (DataError, UsageError):
        return check
    security = record.securities.get(check.symbol)
    asset_class = "" if security is None else security.asset_class
    below = [
        line
        for one in found
        for line in one.lines
        if line.side == BELOW and line.name == (check.symbol if line.is_symbol else asset_class)
    ]
    told = tuple(_sentence(line, check.safe_date) for line in below)
    return replace(check, told=(*check.told, *told))


def _sentence(line: DriftLine, until: date) -> str:
    return (
        f"{line.name} is {line.weight:.2%} of the household, below its band of {line.low:.2%} to"
        f" {line.high:.2%}, and stays there if the purchase waits until {until}"
    )
