"""What a book is asked in Python about exposures, schedules and overlays."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal
from pathlib import Path

from taxlots.workflows.answers import PlanAnswer
from taxlots.workflows.arguments import Amount, Day, Moment, as_day, as_moment


class ExposureQuestions:
    """Questions of a book, named by its ``source``; each answer is that of a command."""

    source: str

    def exposure(
        self,
        *,
        household: str | None = None,
        account: str | None = None,
        benchmark: str = "",
        market: str | Path | None = None,
        trades: Sequence[str] = (),
        compensate_with: Sequence[str] = (),
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Beta, duration and currencies through funds, as ``taxlots exposure`` says."""
        from taxlots.workflows.exposure import exposure

        run = exposure(
            self.source,
            household=household,
            account=account,
            benchmark=benchmark,
            market=None if market is None else Path(market),
            trades=trades,
            compensate_with=compensate_with,
            as_of=as_day(as_of),
            known_at=as_moment(known_at),
        )
        return PlanAnswer(run.page.json)

    def schedule(
        self,
        account: str,
        symbol: str,
        quantity: Amount,
        *,
        over: int | None = None,
        by: str = "",
        method: str = "",
        price: Amount | None = None,
        adv: Amount | None = None,
        spread: Amount | None = None,
        volatility: Amount | None = None,
        volumes: str = "",
        risk_aversion: Amount | None = None,
        is_purchase: bool = False,
        quotes: Path | str | None = None,
        block: Amount | None = None,
        currency: str = "",
        rates: Path | str | None = None,
        forced_by: Day = None,
        orderly_by: Day = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """A trade in tranches, with costs and lots, as ``taxlots schedule`` says."""
        from taxlots.workflows.schedule_answer import schedule_answer
        from taxlots.workflows.schedule_inputs import ScheduleAsked

        asked = ScheduleAsked(
            account=account,
            symbol=symbol,
            quantity=_text(quantity),
            over=over,
            by=by,
            method=method,
            price=_text(price),
            adv=_text(adv),
            spread=_text(spread),
            volatility=_text(volatility),
            volumes=volumes,
            risk_aversion=_text(risk_aversion),
            is_purchase=is_purchase,
            block=_text(block),
            currency=currency,
            rates=None if rates is None else Path(rates),
            quotes=None if quotes is None else Path(quotes),
            forced_by=as_day(forced_by),
            orderly_by=as_day(orderly_by),
        )
        page = schedule_answer(
            self.source, asked, as_of=as_day(as_of), known_at=as_moment(known_at)
        )
        return PlanAnswer(page.json)

    def overlay(
        self,
        *contracts: str,
        to_beta: Amount | None = None,
        to_duration: Amount | None = None,
        dollars: Amount | None = None,
        rate: Amount | None = None,
        income: Amount | None = None,
        daily_move: Amount | None = None,
        reserve_days: int | None = None,
        instead_of: str = "",
        delta: Amount | None = None,
        gamma: Amount | None = None,
        vega: Amount | None = None,
        is_synthetic: bool = False,
        curve: str = "",
        household: str | None = None,
        account: str | None = None,
        benchmark: str = "",
        market: str | Path | None = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Contracts for a wanted exposure or greeks, as ``taxlots overlay`` says."""
        from taxlots.workflows.overlay_asked import AnyOverlay, overlay_page_of

        asked = AnyOverlay(
            contracts=contracts,
            to_beta=_text(to_beta),
            to_duration=_text(to_duration),
            dollars=_text(dollars),
            rate=_text(rate),
            income=_text(income),
            daily_move=_text(daily_move),
            reserve_days=reserve_days,
            instead_of=instead_of,
            delta=_text(delta),
            gamma=_text(gamma),
            vega=_text(vega),
            is_synthetic=is_synthetic,
            curve=curve,
            household=household,
            account=account,
            benchmark=benchmark,
            market=None if market is None else Path(market),
        )
        page = overlay_page_of(
            self.source, asked, as_of=as_day(as_of), known_at=as_moment(known_at)
        )
        return PlanAnswer(page.json)


def _text(amount: Amount | None) -> str:
    """A number as the commands take it; blank where it is left out, text as it stands."""
    if amount is None:
        return ""
    return amount if isinstance(amount, str) else f"{Decimal(str(amount)):f}"
