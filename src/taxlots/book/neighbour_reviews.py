"""Warnings of the rules beside section 1091: straddles, hedged periods, shorts, collectibles."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Iterator
from fractions import Fraction
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book import kinds
from taxlots.book.dividends import QUALIFIED, LotDividend
from taxlots.book.hedges import Span, Spans, holdings_and_hedges
from taxlots.book.journal import ACTIONS, day_or_none
from taxlots.book.of_record import distributions
from taxlots.book.tables import NONE
from taxlots.domain.action import Action
from taxlots.domain.calendar import civil, date_of
from taxlots.domain.money import dollars
from taxlots.domain.problem import Problem, warning
from taxlots.domain.security import Security, SecurityKind
from taxlots.law.s1091_wash_sale import window_end, window_start
from taxlots.law.s1233_short_sales import starts_anew

if TYPE_CHECKING:
    from taxlots.book.booking import Books


LONGEST_SETTLEMENT: Final = 4
"""Days from trade to settlement at the very most: two business days over a weekend."""


def neighbour_reviews(books: Books) -> list[Problem]:
    """Every warning of this module that needs no dividend, by kind."""
    holdings, against = holdings_and_hedges(books)
    held = Spans.of(holdings)
    options = [hedge for hedge in against if _is_option(books, hedge)]
    return [
        *_straddles(books, held, options),
        *_suspended(books, held, options),
        *_sales_by_short_losses(books),
        *_purchases_against_shorts(books, holdings, against),
        *_late_short_losses(books),
        *_collectibles(books),
    ]


def dividend_reviews(books: Books, found: Iterable[LotDividend]) -> list[Problem]:
    """What to look at in dividends: paid on nothing, extraordinary, or on hedged shares."""
    lines = list(found)
    problems = list(_paid_on_nothing(books, lines))
    problems += _extraordinary(books, lines)
    problems += _hedged(books, lines)
    return problems


def _is_option(books: Books, span: Span) -> bool:
    security = _security(books, span)
    return security is not None and security.kind is SecurityKind.OPTION


def _is_put(books: Books, span: Span) -> bool:
    security = _security(books, span)
    return security is not None and security.is_put


def _security(books: Books, span: Span) -> Security | None:
    """What a lot was opened in: an option's row may also open a short sale of its stock."""
    event = books.blueprint.tables["events"][books.state.table("lots")["event"][span.lot]]
    return books.record.securities.get(books.blueprint.places[int(event["position"])][1])


def _straddles(books: Books, held: Spans, options: list[Span]) -> Iterator[Problem]:
    """Stock and an option that loses when it rises, held at one time: 26 USC 1092."""
    for hedge in options:
        if held.meets(hedge) is None:
            continue
        what = "bought put" if _is_put(books, hedge) else "written call"
        yield warning(
            books.journal.where(hedge.row),
            "STRADDLE_POSSIBLE",
            f"{books.journal.id(hedge.row)!r}: a {what} stood against {hedge.symbol} held on the "
            "same return; a loss may be deferred and holding periods suspended",
            "26 USC 1092 is not computed, nor whether a written call is a qualified covered one; "
            "ask the preparer",
        )


def _suspended(books: Books, held: Spans, options: list[Span]) -> Iterator[Problem]:
    """A put bought while the stock was held short-term ends its holding period."""
    for hedge in options:
        if not _is_put(books, hedge):
            continue
        day = hedge.opened
        for stock in held.during(hedge.tax_return, hedge.symbol, day, day):
            if stock.opened < day and starts_anew(stock.holding_period, day):
                yield warning(
                    books.journal.where(hedge.row),
                    "PUT_SUSPENDS_PERIOD",
                    f"{books.journal.id(hedge.row)!r}: a put on {hedge.symbol} was bought while "
                    f"lot {books.journal.id(stock.row)!r} was held for one year or less; its "
                    "holding period may start anew when the put is closed",
                    "26 USC 1233(b) is computed for short sales, not for puts; a put bought on "
                    "the day of the stock and identified with it is excepted (26 USC 1233(c))",
                )
                break


def _sales_by_short_losses(books: Books) -> Iterator[Problem]:
    """A long sale within 30 days of a short position closed at a loss: 26 USC 1091(e)(1)."""
    positions = books.state.table("positions")
    if not (positions["flags"] & kinds.SHORT).any():
        return
    rows = books.state.table("rows")
    events = books.blueprint.tables["events"]
    places = books.blueprint.places
    household = {a.id: a.household for a in books.record.accounts}
    is_short = positions["flags"][rows["position"]] & kinds.SHORT != 0
    losses = rows[is_short & (rows["proceeds_cents"] < rows["basis_cents"])]
    if not len(losses):
        return
    long = rows[~is_short & (events["kind"][rows["event"]] == kinds.SELL)]
    sold: dict[tuple[str, str], list[tuple[int, int]]] = {}
    for sale in long[np.argsort(long["sold"], kind="stable")]:
        account, symbol, _ = places[int(sale["position"])]
        row = int(events["row"][sale["event"]])
        sold.setdefault((household[account], symbol), []).append((int(sale["sold"]), row))
    told: set[int] = set()
    for loss in losses:
        account, symbol, _ = places[int(loss["position"])]
        row = int(events["row"][loss["event"]])
        near = sold.get((household[account], symbol), [])
        first = bisect_left(near, (window_start(int(loss["window"])), -1))
        if row in told or first == len(near) or near[first][0] > window_end(int(loss["window"])):
            continue
        told.add(row)
        yield warning(
            books.journal.where(row),
            "SHORT_LOSS_AND_SALE",
            f"{books.journal.id(row)!r} closed a short position in {symbol} at a loss, and "
            f"{books.journal.id(near[first][1])!r} sold the same security within 30 days of it",
            "26 USC 1091(e)(1) may disallow the loss; only another short sale is computed",
        )


def _purchases_against_shorts(
    books: Books, holdings: list[Span], against: list[Span]
) -> Iterator[Problem]:
    """Stock bought while a short sale of it stands at a gain: 26 USC 1259(c)(1)(D)."""
    shorts = Spans.of(h for h in against if not _is_option(books, h))
    if not shorts.by_key:
        return
    for stock in holdings:
        day = stock.opened
        open_then = shorts.during(stock.tax_return, stock.symbol, day + 1, day)
        price = _unit_price(books, stock)
        gaining = (s for s in open_then if s.opened < day and _unit_price(books, s) > price)
        before = next(gaining, None)
        if before is not None:
            yield warning(
                books.journal.where(stock.row),
                "CONSTRUCTIVE_SALE_OF_SHORT",
                f"{books.journal.id(stock.row)!r} bought {stock.symbol} below the price of the "
                f"short sale {books.journal.id(before.row)!r}, which was open",
                "the short sale may count as closed on that day (26 USC 1259(c)(1)(D)); this is "
                "told, not computed",
            )


def _unit_price(books: Books, span: Span) -> Fraction:
    """What a unit of a lot cost or brought, as its row says, in cents."""
    event = books.blueprint.tables["events"][books.state.table("lots")["event"][span.lot]]
    return Fraction(int(event["cents"]), max(1, int(event["quantity"])))


def _late_short_losses(books: Books) -> Iterator[Problem]:
    """A short sale closed at a loss is realized when it is settled (Rev. Rul. 2002-44)."""
    positions = books.state.table("positions")
    rows = books.state.table("rows")
    is_short = positions["flags"][rows["position"]] & (kinds.SHORT | kinds.WRITTEN) == kinds.SHORT
    losses = rows[is_short & (rows["proceeds_cents"] < rows["basis_cents"])]
    events = books.blueprint.tables["events"]
    for row, day in dict.fromkeys(
        (int(events["row"][loss["event"]]), int(events["day"][loss["event"]])) for loss in losses
    ):
        action = ACTIONS[books.journal.action[row]]
        settled = day_or_none(books.journal.day["settle_date"], row)
        may_be_later = civil(day + LONGEST_SETTLEMENT)[0] > civil(day)[0]
        if action is Action.BUY_TO_COVER and settled is None and may_be_later:
            yield warning(
                books.journal.where(row, "settle_date"),
                "SHORT_LOSS_SETTLES_LATER",
                f"{books.journal.id(row)!r} closes a short sale at a loss at the end of a year and "
                "does not say when it settles",
                "fill in settle_date: the loss belongs to the year of settlement "
                "(Rev. Rul. 2002-44)",
            )


def _collectibles(books: Books) -> Iterator[Problem]:
    listed = {s.symbol for s in books.record.securities.values() if s.is_collectible}
    if not listed:
        return
    places = books.blueprint.places
    realized = np.unique(books.state.table("rows")["position"])
    for symbol in sorted({places[int(p)][1] for p in realized} & listed):
        yield warning(
            f"securities.csv:{symbol}",
            "COLLECTIBLE",
            f"{symbol} is a collectible: long-term gain on it is taxed at up to 28 percent",
            "its rows of realized name 26 USC 1(h)(5); a plan counts them at the usual rates",
        )


def _paid_on_nothing(books: Books, lines: list[LotDividend]) -> Iterator[Problem]:
    paid_on = {line.row for line in lines}
    is_blank = books.journal.day["ex_date"][1]
    for one in distributions(books, (Action.DIVIDEND,)):
        if is_blank[one.row] or one.row in paid_on:
            continue
        held = "never held" if one.position == NONE else "not held on the day before ex_date"
        yield warning(
            books.journal.where(one.row, "ex_date"),
            "NOTHING_HELD_ON_RECORD",
            f"dividend {books.journal.id(one.row)!r}: {books.journal.symbol_of(one.row)} was "
            f"{held} in {books.journal.account_of(one.row)}",
            "correct ex_date, the account or the symbol; the dividend stands in no line",
        )


def _extraordinary(books: Books, lines: list[LotDividend]) -> Iterator[Problem]:
    for row in dict.fromkeys(line.row for line in lines if line.is_extraordinary):
        yield warning(
            books.journal.where(row),
            "EXTRAORDINARY_DIVIDEND",
            f"dividend {books.journal.id(row)!r} reaches 10 percent of the basis of shares that "
            "it was paid on (preferred stock: 5 percent)",
            "a loss on these shares is long-term up to a qualified extraordinary dividend (26 USC "
            "1(h)(11)(D)(i)): write true in elected of the dividend's row to have it computed",
        )


def _hedged(books: Books, lines: list[LotDividend]) -> Iterator[Problem]:
    """Days with a hedge do not count towards the period: 26 USC 246(c)(4)."""
    hedges = Spans.of(holdings_and_hedges(books)[1])
    return_of = {a.id: a.tax_return for a in books.record.accounts}
    told: set[int] = set()
    for line in lines:
        account, symbol, _ = books.blueprint.places[line.position]
        first = max(line.held_since + 1, line.first_day)
        end = books.as_of if line.closed is None else line.closed
        last = min(line.last_day, end)
        for hedge in hedges.during(return_of[account], symbol, first, last):
            if line.outcome == QUALIFIED and line.row not in told:
                told.add(line.row)
                yield warning(
                    books.journal.where(line.row),
                    "QUALIFIED_PERIOD_HEDGED",
                    f"dividend {books.journal.id(line.row)!r} of {date_of(line.ex_day)}: "
                    f"{books.journal.id(hedge.row)!r} stood against the shares for part of the "
                    f"days that make it qualified ({dollars(line.cents)} on lot "
                    f"{books.journal.id(line.lot_row)!r})",
                    "days of diminished risk do not count (26 USC 246(c)(4)); ask the preparer",
                )
