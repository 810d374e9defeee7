"""What a book is asked about its flows in Python; every answer is that of a command."""

from __future__ import annotations

from taxlots.workflows.answers import PlanAnswer
from taxlots.workflows.arguments import Amount, Day, Moment, as_day, as_moment, as_text


class FlowQuestions:
    """Questions of a book, named by its ``source``, about money that comes and goes."""

    source: str

    def cash(
        self,
        *,
        deposit: Amount | None = None,
        withdraw: Amount | None = None,
        by: Day = None,
        account: str | None = None,
        household: str | None = None,
        min_trade: Amount | None = None,
        fractions: bool = False,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Where money goes or comes from, as ``taxlots cash`` says; amounts are dollars."""
        from taxlots.workflows.cash import route_cash
        from taxlots.workflows.cash_asked import CashAsked

        asked = CashAsked(
            deposit=as_text(deposit),
            withdraw=as_text(withdraw),
            account=account,
            household=household,
            by=as_day(by),
            min_trade=as_text(min_trade),
            has_fractions=fractions,
        )
        page = route_cash(self.source, asked, as_of=as_day(as_of), known_at=as_moment(known_at))
        return PlanAnswer(page.json)

    def locate(
        self,
        *,
        household: str | None = None,
        keep_mix: bool = False,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Which account should hold what, as ``taxlots locate`` says."""
        from taxlots.workflows.locate import locate_book

        last, known = as_day(as_of), as_moment(known_at)
        page = locate_book(
            self.source, household=household, keep_mix=keep_mix, as_of=last, known_at=known
        )
        return PlanAnswer(page.json)

    def overrides(self, *, as_of: Day = None, known_at: Moment = None) -> PlanAnswer:
        """What people said of trades, as ``taxlots overrides`` says."""
        from taxlots.workflows.trade_overrides import list_overrides

        last, known = as_day(as_of), as_moment(known_at)
        return PlanAnswer(list_overrides(self.source, as_of=last, known_at=known).json)
