"""Year split: a sale this December, next January, or in part in both."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING, Any, Final

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.money import dollars, shares
from taxlots.domain.problem import UsageError
from taxlots.domain.tax_rate import rate_text
from taxlots.law.s1222_term import long_term_from
from taxlots.market_data.calendars import add_sessions
from taxlots.plan.year_split import SplitChoice, SplitPiece, YearSplit, best_split
from taxlots.workflows.gain_lots import Years, gain_table, rate_of, two_years_of
from taxlots.workflows.plan_page import PlanPage, told_page
from taxlots.workflows.select import Asked, SelectRun, select_lots

if TYPE_CHECKING:
    from taxlots.plan.tax_cost import Outcome

COLUMNS: Final = {
    "sold": "sold",
    "this_year": "shares this year",
    "next_year": "shares next year",
    "tax": "tax of both years",
}
LONGEST_MONTH: Final = 31


def split_years(
    book: str,
    sale: str,
    *,
    account: str | None,
    price: str = "",
    method: str = "",
    discount: object = None,
    as_of: date | None = None,
    known_at: datetime | None = None,
) -> PlanPage:
    """What a sale costs in tax this year, on the first session of the next, and at the best split.

    ``sale`` is ``SYMBOL:QUANTITY``; the lots are those that the account's method sells on the
    as-of day, unless another method is named.  The price is taken to stay.
    """
    symbol, _, quantity = sale.rpartition(":")
    if not symbol or account is None:
        raise UsageError(f"--split {sale!r}: write SYMBOL:QUANTITY, and the seller with --account")
    asked = Asked(account=account, symbol=symbol, quantity=quantity, price=price, method=method)
    run = select_lots(book, asked, as_of=as_of, known_at=known_at)
    name = next(one.tax_return for one in run.books.record.accounts if one.id == account)
    years, told = two_years_of(
        run.books, name, None if discount is None else rate_of(discount, "--discount")
    )
    january = add_sessions(date(date_of(run.books.as_of).year, 12, LONGEST_MONTH), 1)
    outcomes = run.selections[0].outcomes
    pieces = [_piece(one, january) for one in outcomes]
    choice = best_split(pieces, years.two)
    because = tuple(_sentences(run, choice, years, name, january))
    year, sold = january.year - 1, shares(run.request.quantity)
    rows = [
        {"sold": f"in {year}", **_row(choice.all_now, pieces)},
        {"sold": f"on {january}", **_row(choice.all_then, pieces)},
        {"sold": "at best", **_row(choice.best, pieces)},
    ]
    return told_page(
        gain_table(f"Sale of {sold} {symbol} from {account}: {year} or {year + 1}", COLUMNS, rows),
        {
            "book": run.books.record.name,
            "as_of": date_of(run.books.as_of).isoformat(),
            "next_year_on": january.isoformat(),
            "all_this_year": rows[0]["tax"],
            "all_next_year": rows[1]["tax"],
            "best": _best(choice.best, outcomes, pieces),
        },
        because,
        dict.fromkeys((*run.problems, *told)),
    )


def _piece(one: Outcome, january: date) -> SplitPiece:
    is_long = one.is_long or day_of(january) >= long_term_from(one.holding_period)
    return SplitPiece(
        lot_id=one.lot_id,
        quantity=one.quantity,
        gain_cents=one.gain_cents,
        is_long_now=one.is_long,
        is_long_then=is_long,
    )


def _row(split: YearSplit, pieces: list[SplitPiece]) -> dict[str, str]:
    now = sum(split.now)
    return {
        "this_year": shares(now),
        "next_year": shares(sum(piece.quantity for piece in pieces) - now),
        "tax": dollars(split.cost_cents),
    }


def _best(
    split: YearSplit, outcomes: tuple[Outcome, ...], pieces: list[SplitPiece]
) -> dict[str, Any]:
    lots = [
        {
            "lot_id": one.lot_id,
            "this_year": shares(now),
            "next_year": shares(one.quantity - now),
            "gain": dollars(one.gain_cents),
            "term_this_year": "LT" if piece.is_long_now else "ST",
            "term_next_year": "LT" if piece.is_long_then else "ST",
        }
        for one, piece, now in zip(outcomes, pieces, split.now, strict=True)
    ]
    return {**_row(split, pieces), "lots": lots}


def _sentences(
    run: SelectRun, choice: SplitChoice, years: Years, name: str, january: date
) -> Iterator[str]:
    saved = min(choice.all_now.cost_cents, choice.all_then.cost_cents) - choice.best.cost_cents
    if saved > 0:
        yield f"The best split saves {dollars(saved)} against the better of both years alone"
    discount = rate_text(years.two.discount_ppm)
    yield (
        f"Tax of {january.year} is due a year later and counts {discount} less; the price is taken"
        " to stay"
    )
    if not years.is_stated:
        yield (
            f"Nobody says what {january.year} is like for {name}: it is taken to be like"
            f" {january.year - 1}, without gains"
        )
    if any(one.gain_cents < 0 or one.disallowed_cents for one in run.selections[0].outcomes):
        yield "Losses are those of a sale of today: ask `taxlots guard` before a sale in January"
