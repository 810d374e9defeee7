"""The review of proxies: what may stand in for the securities of a book, and what might."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.standing import split_ratios
from taxlots.domain.account import Account, AccountKind
from taxlots.domain.calendar import date_of
from taxlots.domain.problem import DataError, Problem, Severity, UsageError
from taxlots.market_data.prices import PriceHistory
from taxlots.market_data.tracking import trackings
from taxlots.plan.guard import Guard
from taxlots.plan.proxy_review import Review, Reviewer, Trackings
from taxlots.plan.proxy_suggestions import Suggestions, suggestions_of
from taxlots.plan.situation import Index, index_of
from taxlots.reports.proxies import BECAUSE, review_json, suggestions_json
from taxlots.workflows.harvest import situation_of
from taxlots.workflows.market_of_day import same_history
from taxlots.workflows.named_accounts import named_account
from taxlots.workflows.replay import replay


@dataclass(frozen=True, slots=True)
class ProxiesAsked:
    """What is asked: for one symbol (blank: each that has a proxy), and for whom.

    For the account, else for all of the kind, else for the taxable ones.
    """

    symbol: str = ""
    account: str = ""
    account_kind: str = ""
    suggest: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class ProxyRun:
    """The reviews, the suggestions if they were asked for, and every warning on the way."""

    books: Books
    accounts: tuple[Account, ...]
    reviews: tuple[Review, ...]
    suggestions: Suggestions | None
    problems: tuple[Problem, ...]

    @property
    def as_of(self) -> date:
        """The day of the review."""
        return date_of(self.books.as_of)

    @property
    def json(self) -> dict[str, Any]:
        """What ``taxlots proxies --json`` prints."""
        securities = self.books.record.securities
        told = {
            "book": self.books.record.name,
            "as_of": self.as_of.isoformat(),
            "reviews": [review_json(review, securities) for review in self.reviews],
            "because": list(BECAUSE),
        }
        if self.suggestions is not None:
            told |= suggestions_json(self.suggestions, securities)
        return told


def review_proxies(
    book: str, asked: ProxiesAsked, *, as_of: date | None = None, known_at: datetime | None = None
) -> ProxyRun:
    """Review the proxies of a book on a day (default: the journal's last date).

    Raises UsageError for an unknown symbol, account or kind, and DataError.
    """
    if asked.account and asked.account_kind:
        raise UsageError("name --account or --account-kind, not both: an account has its kind")
    if asked.suggest and not asked.symbol:
        raise UsageError("--suggest ranks the proxies that one security might have: name it")
    books = replay(book, as_of=as_of, known_at=known_at)
    accounts = _accounts(books.record, asked)
    situation, problems = situation_of(books)
    if any(p.severity is Severity.ERROR for p in problems):
        raise DataError([*books.problems, *problems])
    history, _ = same_history(books.record.prices)
    known = _symbols(books, history)
    if asked.symbol and asked.symbol not in known:
        raise UsageError(f"the book does not know {asked.symbol}; write it as securities.csv does")
    index = index_of(situation)
    names = [asked.symbol] if asked.symbol else _with_proxies(books.record, accounts[0].kind)
    pairs = {(row.symbol, row.proxy) for row in books.record.proxies if row.symbol in names}
    if asked.suggest:
        pairs |= {(asked.symbol, other) for other in known}
    figures = trackings(history, pairs, situation.as_of, split_ratios(books))
    reviewer = Reviewer(Guard(index), accounts, figures)
    return ProxyRun(
        books=books,
        accounts=accounts,
        reviews=tuple(reviewer.review(name) for name in names),
        suggestions=_suggested(asked.symbol, known, figures, index) if asked.suggest else None,
        problems=(*books.problems, *problems),
    )


def _accounts(record: Record, asked: ProxiesAsked) -> tuple[Account, ...]:
    """The accounts asked about, all of one kind."""
    if asked.account:
        return (named_account(record.accounts, asked.account),)
    kind = asked.account_kind or AccountKind.TAXABLE
    found = tuple(a for a in record.accounts if a.kind == kind)
    if not found:
        kinds = ", ".join(sorted({a.kind for a in record.accounts}))
        raise UsageError(f"the book has no account of the kind {kind!r}; it has {kinds}")
    return found


def _symbols(books: Books, history: PriceHistory) -> set[str]:
    """Every security that the book names anywhere."""
    record = books.record
    named = {name for row in record.proxies for name in (row.symbol, row.proxy)}
    traded = {symbol for _, symbol, _ in books.blueprint.places}
    return named | traded | set(record.securities) | history.symbols


def _with_proxies(record: Record, kind: str) -> list[str]:
    rows = (row for row in record.proxies if row.account_kind in ("", kind))
    return list(dict.fromkeys(row.symbol for row in rows))


def _suggested(symbol: str, known: set[str], figures: Trackings, index: Index) -> Suggestions:
    listed = {row.proxy for row in index.situation.proxies if row.symbol == symbol}
    return suggestions_of(symbol, known, listed, figures, index)
