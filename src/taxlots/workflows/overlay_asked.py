"""What somebody asks of ``taxlots overlay``: one of its questions, told by what is stated."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from taxlots.domain.problem import UsageError
from taxlots.workflows.overlay import overlay
from taxlots.workflows.overlay_options import OptionsAsked, futures_curve, option_overlay
from taxlots.workflows.overlay_sizes import OverlayAsked
from taxlots.workflows.plan_page import PlanPage
from taxlots.workflows.unused_options import check_used


@dataclass(frozen=True, slots=True, kw_only=True)
class AnyOverlay:
    """All that may be stated, in text; see ``OverlayAsked`` and ``OptionsAsked``.

    ``curve`` asks for a term structure alone, ``is_synthetic`` for a call and a put instead of
    ``dollars``, and a greek for options.
    """

    contracts: tuple[str, ...] = ()
    to_beta: str = ""
    to_duration: str = ""
    dollars: str = ""
    rate: str = ""
    income: str = ""
    daily_move: str = ""
    reserve_days: int | None = None
    instead_of: str = ""
    delta: str = ""
    gamma: str = ""
    vega: str = ""
    is_synthetic: bool = False
    curve: str = ""
    household: str | None = None
    account: str | None = None
    benchmark: str = ""
    market: Path | None = None

    @property
    def has_greeks(self) -> bool:
        """Whether options are asked for by what they bring of a greek."""
        return bool(self.delta or self.gamma or self.vega)

    @property
    def of_size(self) -> dict[str, str]:
        """What is stated for a change of beta, duration or dollars alone, by option."""
        days = "" if self.reserve_days is None else str(self.reserve_days)
        return {
            "--to-beta": self.to_beta,
            "--to-duration": self.to_duration,
            "--daily-move": self.daily_move,
            "--reserve-days": days,
            "--instead-of": self.instead_of,
            "--benchmark": self.benchmark,
        }

    @property
    def of_pricing(self) -> dict[str, str]:
        """What is stated of rates, by option."""
        return {"--rate": self.rate, "--income": self.income}


def overlay_page_of(
    book: str,
    asked: AnyOverlay,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """The answer.  Raises UsageError for questions that clash, and as each of them."""
    kinds = [bool(asked.curve), asked.has_greeks, asked.is_synthetic]
    if sum(kinds) > 1:
        raise UsageError("--curve, --synthetic and greeks are different questions: ask one")
    if asked.curve:
        others = {"--with": " ".join(asked.contracts), "--dollars": asked.dollars}
        stated = others | asked.of_size | asked.of_pricing
        check_used(stated, "with --curve: it shows all futures on an underlying")
        return futures_curve(
            book,
            asked.curve,
            household=asked.household,
            account=asked.account,
            market=asked.market,
            as_of=as_of,
            known_at=known_at,
        )
    if not asked.contracts:
        raise UsageError("name the contract of contracts.csv with --with")
    if asked.has_greeks or asked.is_synthetic:
        return _by_options(book, asked, as_of=as_of, known_at=known_at)
    if len(asked.contracts) > 1:
        raise UsageError("name one contract with --with, or ask for greeks or --synthetic")
    if not asked.to_beta:
        why = "without --to-beta: it is what betas are estimated against"
        check_used({"--benchmark": asked.benchmark}, why)
    sized = OverlayAsked(
        contract=asked.contracts[0],
        to_beta=asked.to_beta,
        to_duration=asked.to_duration,
        dollars=asked.dollars,
        rate=asked.rate,
        income=asked.income,
        daily_move=asked.daily_move,
        reserve_days=asked.reserve_days,
        instead_of=asked.instead_of,
    )
    return overlay(
        book,
        sized,
        household=asked.household,
        account=asked.account,
        benchmark=asked.benchmark,
        market=asked.market,
        as_of=as_of,
        known_at=known_at,
    ).page


def _by_options(
    book: str, asked: AnyOverlay, *, as_of: date | None, known_at: datetime | None
) -> PlanPage:
    if asked.is_synthetic != bool(asked.dollars) or asked.to_beta or asked.to_duration:
        raise UsageError("--synthetic goes with --dollars; greeks go by themselves")
    kind = "--synthetic" if asked.is_synthetic else "greeks"
    check_used(asked.of_size, f"with {kind}: it goes with one contract for a beta or dollars")
    options = OptionsAsked(
        contracts=asked.contracts,
        delta=asked.delta,
        gamma=asked.gamma,
        vega=asked.vega,
        dollars=asked.dollars,
        rate=asked.rate,
        income=asked.income,
    )
    return option_overlay(
        book,
        options,
        household=asked.household,
        account=asked.account,
        market=asked.market,
        as_of=as_of,
        known_at=known_at,
    )
