"""What a book is asked about its gains in Python; every answer is that of ``taxlots defer``."""

from __future__ import annotations

from taxlots.workflows.answers import PlanAnswer
from taxlots.workflows.arguments import Amount, Day, Moment, as_day, as_moment, as_text


class GainQuestions:
    """Questions of a book, named by its ``source``, about its gains."""

    source: str

    def defer(
        self,
        *,
        account: str | None = None,
        symbol: str | None = None,
        volatility: Amount | None = None,
        risk_aversion: Amount | None = None,
        expected_return: Amount | None = None,
        discount: Amount | None = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Which short-term gains to hold until they are long-term, as ``taxlots defer`` says."""
        from taxlots.workflows.defer import defer, expected_of

        expected = expected_of(volatility, risk_aversion, expected_return, discount)
        run = defer(
            self.source,
            account=account,
            symbol=symbol,
            expected=expected,
            as_of=as_day(as_of),
            known_at=as_moment(known_at),
        )
        return PlanAnswer(run.json)

    def zero_bracket(
        self, *, account: str | None = None, as_of: Day = None, known_at: Moment = None
    ) -> PlanAnswer:
        """Long-term gain that costs no federal tax, as ``taxlots defer --zero-bracket`` says."""
        from taxlots.workflows.zero_bracket import zero_bracket

        last, known = as_day(as_of), as_moment(known_at)
        return PlanAnswer(
            zero_bracket(self.source, account=account, as_of=last, known_at=known).json
        )

    def donate(
        self,
        dollars: Amount,
        *,
        deduction_rate: Amount | None = None,
        account: str | None = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Lots to give up to a value, as ``taxlots defer --donate`` says."""
        from taxlots.workflows.donate import donate

        page = donate(
            self.source,
            dollars,
            deduction_rate=deduction_rate,
            account=account,
            as_of=as_day(as_of),
            known_at=as_moment(known_at),
        )
        return PlanAnswer(page.json)

    def split_years(
        self,
        account: str,
        symbol: str,
        quantity: Amount,
        *,
        price: Amount | None = None,
        method: str = "",
        discount: Amount | None = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """A sale this year, next year or in both, as ``taxlots defer --split`` says."""
        from taxlots.workflows.split_years import split_years

        page = split_years(
            self.source,
            f"{symbol}:{quantity}",
            account=account,
            price=as_text(price),
            method=method,
            discount=discount,
            as_of=as_day(as_of),
            known_at=as_moment(known_at),
        )
        return PlanAnswer(page.json)

    def budget(
        self,
        *,
        account: str | None = None,
        symbol: str | None = None,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """Gains against ``[rebalance.budget]``, as ``taxlots defer --budget`` says."""
        from taxlots.workflows.check_budget import budget_of_book

        last, known = as_day(as_of), as_moment(known_at)
        page = budget_of_book(
            self.source, account=account, symbol=symbol, as_of=last, known_at=known
        )
        return PlanAnswer(page.json)
