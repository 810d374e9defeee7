"""The Python API: a book, its books, and a harvest of it, with DataFrames out.

``taxlots`` itself re-exports what is public here; see ``docs/reference/python.md``.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from os import PathLike, fspath
from pathlib import Path
from typing import Literal

from taxlots.workflows.answer_frames import HarvestFrames, Replay
from taxlots.workflows.answers import ChosenLots, Explanation, PlanAnswer
from taxlots.workflows.arguments import Amount, Day, Moment, as_day, as_moment, as_text
from taxlots.workflows.exposure_questions import ExposureQuestions
from taxlots.workflows.flow_questions import FlowQuestions
from taxlots.workflows.gain_questions import GainQuestions
from taxlots.workflows.gather import is_database
from taxlots.workflows.guard_answers import BookGuard, GuardAnswer, text_of
from taxlots.workflows.lot_tax_cost import LotTaxCost
from taxlots.workflows.rebalance_questions import RebalanceQuestions
from taxlots.workflows.return_tax import BookTax, ReturnTax, tax
from taxlots.workflows.run_answers import RunAnswer
from taxlots.workflows.run_questions import RunQuestions
from taxlots.workflows.target_questions import TargetQuestions

__all__ = [
    "Book",
    "BookGuard",
    "BookTax",
    "ChosenLots",
    "Explanation",
    "GuardAnswer",
    "HarvestFrames",
    "LotTaxCost",
    "PlanAnswer",
    "Replay",
    "ReturnTax",
    "RunAnswer",
    "can_buy",
    "can_sell",
    "harvest",
    "open_book",
    "replay",
    "tax",
]


@dataclass(frozen=True)
class Book(
    GainQuestions,
    RunQuestions,
    FlowQuestions,
    TargetQuestions,
    ExposureQuestions,
    RebalanceQuestions,
):
    """A book: a folder of plain files, or a database by its URL.

    It is read anew by every call, so that it always says what stands there now.
    """

    source: str

    def replay(
        self,
        *,
        as_of: Day = None,
        known_at: Moment = None,
        view: str = "taxpayer",
        same_day: str | None = None,
    ) -> Replay:
        """Book every transaction; see ``taxlots.replay``."""
        from taxlots.workflows.replay import replay as book_all

        last, known = as_day(as_of), as_moment(known_at)
        return Replay(
            book_all(self.source, as_of=last, known_at=known, view=view, same_day=same_day)
        )

    def harvest(
        self,
        *,
        as_of: Day = None,
        known_at: Moment = None,
        custodian_lots: Sequence[tuple[str, str | PathLike[str]]] = (),
    ) -> HarvestFrames:
        """Propose which losses to sell; see ``taxlots.harvest``."""
        from taxlots.workflows.harvest import harvest as plan_all

        day, known = as_day(as_of), as_moment(known_at)
        files = [(account, Path(path)) for account, path in custodian_lots]
        return HarvestFrames(plan_all(self.source, as_of=day, known_at=known, custodian_lots=files))

    def tax(self, year: int, *, as_of: Day = None, known_at: Moment = None) -> BookTax:
        """The tax of a year of every return, with and without the year's capital items.

        Returns without a profile of the year are among its problems.  Raises UsageError for a year
        without tables, and DataError where no return has a profile.
        """
        from taxlots.workflows.tax import tax_of_book

        return BookTax(
            tax_of_book(self.source, year, as_of=as_day(as_of), known_at=as_moment(known_at))
        )

    def tax_cost(
        self,
        lot: str,
        price: Amount,
        *,
        quantity: Amount | None = None,
        account: str | None = None,
        as_of: Day = None,
        known_at: Moment = None,
        discount: Amount | None = None,
        years_to_sale: int | None = None,
        later_gains: Amount | None = None,
    ) -> LotTaxCost:
        """What selling a lot at a price would change in tax, this year and later.

        Amounts are dollars, shares and, for ``discount``, a fraction of one.  Raises UsageError
        and DataError like ``taxlots.replay``, and where nothing tells how the year is taxed.
        """
        from taxlots.workflows.tax_cost import assumed_of, tax_cost_of_lot, units

        found = tax_cost_of_lot(
            self.source,
            lot,
            units(price, "price"),
            quantity=None if quantity is None else units(quantity, "quantity"),
            account=account,
            as_of=as_day(as_of),
            known_at=as_moment(known_at),
            assumed=assumed_of(discount, years_to_sale, later_gains),
        )
        return LotTaxCost(found)

    def select(
        self,
        account: str,
        symbol: str,
        *,
        quantity: Amount | None = None,
        proceeds: Amount | None = None,
        price: Amount | None = None,
        method: str = "",
        as_of: Day = None,
        known_at: Moment = None,
    ) -> ChosenLots:
        """The lots that a sale would close by a method, ``TAX_OPTIMAL`` or the account's own.

        Amounts are shares and dollars; the price is the last close unless stated.  Raises
        UsageError for what can't be sold, and DataError like ``taxlots.replay``.
        """
        from taxlots.reports.selection import selections_json
        from taxlots.workflows.select import Asked, select_lots

        sold, raised, at = map(as_text, (quantity, proceeds, price))
        asked = Asked(account, symbol, sold, raised, at, method)
        run = select_lots(self.source, asked, as_of=as_day(as_of), known_at=as_moment(known_at))
        return ChosenLots(selections_json(run.selections, run.budgets)[0])

    def can_buy(
        self,
        account: str,
        symbol: str,
        quantity: Amount | None = None,
        *,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> GuardAnswer:
        """Whether a purchase, of any quantity where none is stated, would disallow a loss.

        Raises UsageError for an unknown account, and DataError like ``taxlots.replay``.
        """
        asked = {"account": account, "symbol": symbol, "quantity": text_of(quantity)}
        return _guard(self.source, "buy", asked, as_of, known_at)

    def can_sell(
        self,
        account: str,
        symbol: str,
        quantity: Amount | None = None,
        *,
        price: Amount | None = None,
        method: str = "",
        lots: str = "",
        as_of: Day = None,
        known_at: Moment = None,
    ) -> GuardAnswer:
        """Whether a sale, of the whole position where no quantity is stated, keeps its loss.

        The price is the last close unless stated.  Raises UsageError for what can't be sold, and
        DataError like ``taxlots.replay``.
        """
        asked = {"account": account, "symbol": symbol, "quantity": text_of(quantity)}
        asked |= {"price": text_of(price), "method": method, "lots": lots}
        return _guard(self.source, "sell", asked, as_of, known_at)

    def guard(self, *, as_of: Day = None, known_at: Moment = None) -> BookGuard:
        """The guard of one day, prepared to be asked often."""
        from taxlots.workflows.guard import guard_of_book

        return BookGuard(
            guard_of_book(self.source, as_of=as_day(as_of), known_at=as_moment(known_at))
        )

    def proxies(
        self,
        symbol: str = "",
        *,
        account: str = "",
        account_kind: str = "",
        suggest: bool = False,
        as_of: Day = None,
        known_at: Moment = None,
    ) -> PlanAnswer:
        """What may be bought instead of a security, as ``taxlots proxies`` says."""
        from taxlots.workflows.proxies import ProxiesAsked, review_proxies

        asked = ProxiesAsked(symbol, account, account_kind, suggest)
        known = as_moment(known_at)
        return PlanAnswer(
            review_proxies(self.source, asked, as_of=as_day(as_of), known_at=known).json
        )

    def explain(self, name: str, *, as_of: Day = None, known_at: Moment = None) -> Explanation:
        """Explain the sale, or the lot, that bears an id: every step with its authority."""
        from taxlots.reports.explain import story_json, story_text
        from taxlots.workflows.explain import explain

        story, _ = explain(self.source, name, as_of=as_day(as_of), known_at=as_moment(known_at))
        return Explanation(text=story_text(story), because=story_json(story))


def open_book(source: str | PathLike[str]) -> Book:
    """A book by its folder's path or its database URL.

    Raises UsageError where there is none.
    """
    name = fspath(source)
    if is_database(name):
        from taxlots.ledger.migrate import open_ledger

        open_ledger(name)
    else:
        from pathlib import Path

        from taxlots.domain.problem import UsageError

        if not Path(name).is_dir():
            raise UsageError(f"{name} is no folder; name a book folder or a database URL")
    return Book(name)


def replay(
    book: Book | str | PathLike[str],
    *,
    as_of: Day = None,
    known_at: Moment = None,
    view: str = "taxpayer",
    same_day: str | None = None,
) -> Replay:
    """Book every transaction of a book up to a day.

    ``known_at`` gives a database as it was known at a moment.  ``view`` is ``taxpayer``, or
    ``broker`` for what a broker must report; ``same_day`` is then its reading of D1, ``held`` or
    ``literal``.  Raises UsageError for a wrong call and DataError, which holds every problem, where
    the book has errors.
    """
    return _book(book).replay(as_of=as_of, known_at=known_at, view=view, same_day=same_day)


def harvest(
    book: Book | str | PathLike[str],
    *,
    as_of: Day = None,
    known_at: Moment = None,
    custodian_lots: Sequence[tuple[str, str | PathLike[str]]] = (),
) -> HarvestFrames:
    """Propose which losses to sell on a day, and what to buy instead.

    ``custodian_lots`` are accounts and custodians' files of their open lots: what differs from
    the book is left alone.  Nothing is traded and nothing is booked.  Raises UsageError and
    DataError like ``replay``.
    """
    return _book(book).harvest(as_of=as_of, known_at=known_at, custodian_lots=custodian_lots)


def can_buy(
    book: Book | str | PathLike[str],
    account: str,
    symbol: str,
    quantity: Amount | None = None,
    *,
    as_of: Day = None,
    known_at: Moment = None,
) -> GuardAnswer:
    """Whether a purchase would disallow a loss; see ``Book.can_buy``."""
    return _book(book).can_buy(account, symbol, quantity, as_of=as_of, known_at=known_at)


def can_sell(
    book: Book | str | PathLike[str],
    account: str,
    symbol: str,
    quantity: Amount | None = None,
    *,
    price: Amount | None = None,
    as_of: Day = None,
    known_at: Moment = None,
) -> GuardAnswer:
    """Whether a sale keeps its loss; see ``Book.can_sell``."""
    asked = _book(book)
    return asked.can_sell(account, symbol, quantity, price=price, as_of=as_of, known_at=known_at)


def _guard(
    source: str, side: Literal["buy", "sell"], asked: dict[str, str], as_of: Day, known_at: Moment
) -> GuardAnswer:
    from taxlots.plan.trade_check import TradeSide
    from taxlots.workflows.guard import TradeAsked, guard_trade

    trade = TradeAsked(side=TradeSide(side), **asked)
    run = guard_trade(source, trade, as_of=as_day(as_of), known_at=as_moment(known_at))
    return GuardAnswer(run.checks[0], run.problems)


def _book(book: Book | str | PathLike[str]) -> Book:
    return book if isinstance(book, Book) else open_book(book)
