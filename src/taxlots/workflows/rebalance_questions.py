"""What a book is asked about its rebalance in Python; the answer is that of the command."""

from __future__ import annotations

from pathlib import Path

from taxlots.workflows.answers import PlanAnswer
from taxlots.workflows.arguments import Amount, Day, Moment, as_day, as_moment, as_text


class RebalanceQuestions:
    """Questions of a book, named by its ``source``, about trades towards its targets."""

    source: str

    def rebalance(
        self,
        *,
        cash: Amount | None = None,
        withdraw: Amount | None = None,
        by: Day = None,
        account: str | None = None,
        household: str | None = None,
        objective: str = "",
        risk_model: str = "",
        tranches: int | None = None,
        schedule: str = "",
        overlay: bool = False,
        market: str | Path | None = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """The trades of a household, as ``taxlots rebalance`` says; amounts are dollars."""
        from taxlots.workflows.rebalance import rebalance
        from taxlots.workflows.rebalance_asked import RebalanceAsked
        from taxlots.workflows.rebalance_json import rebalance_json

        asked = RebalanceAsked(
            deposit=as_text(cash),
            withdraw=as_text(withdraw),
            by=as_day(by),
            account=account,
            household=household,
            objective=objective,
            risk_model=str(risk_model),
            tranches=tranches,
            schedule=schedule,
            overlay=overlay,
            market=None if market is None else Path(market),
        )
        run = rebalance(self.source, asked, as_of=as_day(as_of), known_at=as_moment(known_at))
        return PlanAnswer(rebalance_json(run))
