"""An overlay: the contracts that bring a wanted exposure, their costs, and what tax law says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Final

from taxlots.domain.contract import Contract, ContractKind
from taxlots.domain.money import SHARE
from taxlots.domain.problem import Problem, UsageError
from taxlots.plan.overlay.black_scholes import Spot
from taxlots.plan.overlay.ledger_flags import flags_from_ledger
from taxlots.plan.overlay.options import contract_greeks
from taxlots.plan.overlay.tax_flags import FlagCode, OverlayKind, OverlayPosition, TaxFlag
from taxlots.plan.overlay.unwinding import UnwindChoice
from taxlots.reports.overlay import OverlaySaid, Sized, overlay_json, overlay_page
from taxlots.workflows.exposure import BookedHousehold, ExposureRun, exposure
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.overlay_contracts import option_of
from taxlots.workflows.overlay_sizes import OverlayAsked, measured, sized
from taxlots.workflows.overlay_unwinding import UnwindAsked, unwind_days
from taxlots.workflows.plan_page import PlanPage, told_page

KINDS: Final = {
    ContractKind.FUTURE: OverlayKind.FUTURE,
    ContractKind.OPTION: OverlayKind.OPTION,
    ContractKind.SWAP: OverlayKind.SWAP,
    ContractKind.FUND: OverlayKind.FUND,
}


@dataclass(frozen=True, slots=True)
class OverlayRun:
    """What was asked, answered."""

    booked: BookedHousehold
    said: OverlaySaid
    problems: tuple[Problem, ...]

    @property
    def page(self) -> PlanPage:
        """The answer for people and programs."""
        listings, because = overlay_page(self.said)
        return told_page(listings, overlay_json(self.said), because, self.problems)


def overlay(
    book: str,
    asked: OverlayAsked,
    *,
    household: str | None = None,
    account: str | None = None,
    benchmark: str = "",
    market: Path | None = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> OverlayRun:
    """Contracts for a wanted beta, duration or dollars, without selling a lot.

    A beta or a duration is that of the household, or of the account that is named.  Raises
    UsageError for what can't be reached so, and DataError for a book or files with errors.
    """
    run = exposure(
        book,
        household=household,
        account=account,
        benchmark=benchmark,
        market=market,
        as_of=as_of,
        known_at=known_at,
    )
    booked = run.booked
    row = booked.market.contract(asked.contract)
    tax_return = return_of(booked, account)
    size, roll = sized(booked, row, asked, None if asked.dollars else run)
    choice, told = _unwinding(booked, asked, account, size)
    if not asked.dollars:
        told += _unknown(asked, run)
    flags = flags_of(booked, row, size.notional, tax_return) if size.count else ()
    if choice is not None and any(flag.code is FlagCode.CONSTRUCTIVE_SALE for flag in flags):
        told = (*told, "A constructive sale taxes the gain at once: then carrying defers nothing")
    said = OverlaySaid(
        book=booked.books.record.name,
        as_of=booked.as_of,
        contract=row.symbol,
        kind=str(row.kind),
        wanted=asked.wanted,
        tax_return=tax_return,
        sized=size,
        roll=roll,
        flags=flags,
        unwinding=choice,
        instead_of=asked.instead_of,
        told=told,
    )
    return OverlayRun(booked, said, run.page.problems)


def _unknown(asked: OverlayAsked, run: ExposureRun) -> tuple[str, ...]:
    """What of the holdings lacks the measure, in a sentence."""
    lacking = sum(map(abs, measured(asked, run).unknown.values()))
    if not lacking:
        return ()
    name = "beta" if asked.to_beta else "duration"
    return (f"No {name} is known of {lacking:.2f} dollars of holdings: they count for nothing",)


def return_of(booked: BookedHousehold, account: str | None) -> str:
    """The return that would hold the contracts: that of the account, or the only one."""
    accounts = booked.books.record.accounts
    if account is not None:
        return named_account(accounts, account).tax_return
    names = list(dict.fromkeys(a.tax_return for a in accounts if not a.kind.is_tax_deferred))
    if len(names) != 1:
        raise UsageError(
            f"the household files {len(names)} returns; name the account that would hold the"
            " contracts with --account"
        )
    return names[0]


def flags_of(
    booked: BookedHousehold,
    row: Contract,
    notional: float,
    tax_return: str,
    *,
    kind: OverlayKind | None = None,
) -> tuple[TaxFlag, ...]:
    """What tax law says of contracts for so many dollars (short: below zero), by a return's lots.

    The contracts are opened on the books' day; ``kind`` is what they are where it is not that of
    the row.
    """

    def close(symbol: str) -> int | None:
        quote = booked.history.last_close(symbol, booked.as_of)
        return None if quote is None else quote.close

    members = booked.market.funds.get(row.underlying) or booked.market.funds.get(row.index) or {}
    position = OverlayPosition(
        symbol=row.symbol,
        kind=kind or KINDS[row.kind],
        underlying=row.underlying or row.symbol,
        is_short=notional < 0,
        day=booked.as_of,
        delta=1.0 if kind else _delta(booked, row),
        is_put=row.is_put,
        is_1256=row.is_1256,
        index=row.index,
        dollars=abs(notional),
        members={name: weight * abs(notional) for name, weight in members.items()},
    )
    return flags_from_ledger(booked.books, position, tax_return, close)


def _delta(booked: BookedHousehold, row: Contract) -> float:
    """The delta of a share of an option; 1 for what moves as its underlying does."""
    if row.kind is not ContractKind.OPTION:
        return 1.0
    quote = booked.history.last_close(row.underlying, booked.as_of)
    if quote is None:
        return 1.0
    option = option_of(row)
    found = contract_greeks(option, Spot(price=quote.close / SHARE), booked.as_of)
    return found.delta / option.multiplier


def _unwinding(
    booked: BookedHousehold, asked: OverlayAsked, account: str | None, size: Sized
) -> tuple[UnwindChoice | None, tuple[str, ...]]:
    if not asked.instead_of:
        return None, ()
    if account is None:
        raise UsageError("--instead-of needs --account: whose lots would be sold?")
    what = UnwindAsked(account, asked.instead_of, abs(size.notional), size.carry_a_year)
    return unwind_days(booked, what)
