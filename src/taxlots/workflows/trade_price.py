"""The price of a trade that somebody asks about: the one that is stated, or the last close."""

from __future__ import annotations

from datetime import date

from taxlots.book.booking import Books
from taxlots.domain.calendar import date_of
from taxlots.domain.money import scaled
from taxlots.domain.problem import UsageError
from taxlots.market_data.prices import PriceHistory
from taxlots.workflows.market_of_day import same_history


def stated_price(text: str) -> int:
    """The price of ``--price`` in 1e-8 dollars.  Raises UsageError."""
    stated = scaled(text, 8)
    if stated is None or stated <= 0:
        raise UsageError(f"--price {text!r} is no price above zero; write 123.45")
    return stated


def fresh_close(history: PriceHistory, symbol: str, day: date) -> int:
    """The last close of a security in 1e-8 dollars.  Raises UsageError without a fresh one."""
    quote = history.last_close(symbol, day)
    if quote is None or quote.is_stale:
        found = "no close" if quote is None else f"no close after {quote.day}"
        raise UsageError(f"the book has {found} of {symbol}; state --price")
    return quote.close


def last_close(books: Books, symbol: str) -> int:
    """The same by the prices of books, on their as-of day."""
    history, _ = same_history(books.record.prices)
    return fresh_close(history, symbol, date_of(books.as_of))
