"""Why the figures of a realized piece are final or may still change."""

from __future__ import annotations

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.results import BASIS_UNKNOWN, FINAL, WINDOW_INCOMPLETE
from taxlots.book.tables import Row
from taxlots.domain.account import Account
from taxlots.domain.calendar import date_of, day_of
from taxlots.law.s1091_wash_sale import WINDOW_DAYS, window_end
from taxlots.law.s1259_constructive_sales import exposed_through, last_day_to_close
from taxlots.workflows.explain_disposition import Sale


def status_of(sale: Sale, row: Row, status: int) -> str:
    """The reason of a piece's status, for a person."""
    if status == BASIS_UNKNOWN:
        return "the basis of the lot is not known"
    if row.flags & kinds.CONSTRUCTIVE:
        return _cure(sale.books, row.sold, status)
    if not row.flags & kinds.TESTED:
        is_loss = row.proceeds_cents < row.basis_cents
        return "the wash-sale rule does not test it" if is_loss else "a gain has no window"
    household = sale.books.households[int(sale.books.blueprint.household[sale.event])]
    accounts = [a for a in sale.books.record.accounts if a.household == household]
    if status == WINDOW_INCOMPLETE:
        return _begun(accounts, row.window)
    return _window(sale.books, accounts, window_end(row.window), status)


def _cure(books: Books, opened: int, status: int) -> str:
    """A constructive sale is undone where the short sale is closed in time and nothing follows."""
    last = date_of(exposed_through(last_day_to_close(opened)))
    if status == FINAL:
        return f"the time in which it could still be cured ended on {last}"
    by = date_of(last_day_to_close(opened))
    return (
        f"it falls away if the short sale is closed by {by} and the shares are kept for 60 days "
        f"without a new hedge (26 USC 1259(c)(3)); as of {date_of(books.as_of)}"
    )


def _begun(accounts: list[Account], sold: int) -> str:
    begun = [
        f"{a.id} ({a.data_from})"
        for a in accounts
        if a.data_from is not None
        and day_of(a.data_from) <= sold < day_of(a.data_from) + WINDOW_DAYS
    ]
    return (
        "the data of " + ", ".join(begun) + " begin less than 30 days before the sale, so "
        "that earlier purchases may be missing"
    )


def _window(books: Books, accounts: list[Account], last: int, status: int) -> str:
    if status == FINAL:
        assumed = [a.id for a in accounts if a.data_through is None]
        told = f" (assumed for {', '.join(assumed)}: no data_through)" if assumed else ""
        return f"the window closed on {date_of(last)}, and the data of every account reach it{told}"
    if books.as_of <= last:
        return f"the window is open through {date_of(last)}; as of {date_of(books.as_of)}"
    short = [
        f"{a.id} ({a.data_through})"
        for a in accounts
        if a.data_through is not None and day_of(a.data_through) < last
    ]
    return f"the window closed on {date_of(last)}, but the data of {', '.join(short)} end before"
