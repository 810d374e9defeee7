"""Why the figures of a realized piece are final or may still change."""

from __future__ import annotations

from taxlots.book import kinds
from taxlots.book.booking import Books
from taxlots.book.results import BASIS_UNKNOWN, FINAL, WINDOW_INCOMPLETE
from taxlots.domain.calendar import date_of, day_of
from taxlots.law.s1091_wash_sale import WINDOW_DAYS, window_end


def status_of(books: Books, sale: int, flags: int, status: int, *, is_loss: bool) -> str:
    """The reason of a piece's status, for a person."""
    sold = int(books.blueprint.tables["events"]["day"][sale])
    last = window_end(sold)
    if status == BASIS_UNKNOWN:
        return "the basis of the lot is not known"
    if not flags & kinds.TESTED:
        return "the wash-sale rule does not test it" if is_loss else "a gain has no window"
    household = books.households[int(books.blueprint.household[sale])]
    accounts = [a for a in books.record.accounts if a.household == household]
    if status == WINDOW_INCOMPLETE:
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
    short = [
        f"{a.id} ({a.data_through})"
        for a in accounts
        if a.data_through is not None and day_of(a.data_through) < last
    ]
    if status == FINAL:
        assumed = [a.id for a in accounts if a.data_through is None]
        told = f" (assumed for {', '.join(assumed)}: no data_through)" if assumed else ""
        return f"the window closed on {date_of(last)}, and the data of every account reach it{told}"
    if books.as_of <= last:
        return f"the window is open through {date_of(last)}; as of {date_of(books.as_of)}"
    return f"the window closed on {date_of(last)}, but the data of {', '.join(short)} end before"
