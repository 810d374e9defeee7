"""What a preparer must look at before the forms of a year are filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

import numpy as np

from taxlots.book.journal import ACTION_CODE
from taxlots.book.results import realized_of
from taxlots.domain.action import Action
from taxlots.domain.calendar import date_of, day_number
from taxlots.domain.money import dollars
from taxlots.domain.problem import Problem, warning

if TYPE_CHECKING:
    from taxlots.book.booking import Books
    from taxlots.book.return_forms import Filing, ReturnForms
    from taxlots.domain.tax_profile import TaxProfile
    from taxlots.workflows.year_items import MarkedYear

LAST_SETTLEMENT_DAYS: Final = 7
"""A trade this close to the end of a year may settle in the next one."""


def filing_reviews(
    books: Books, filing: Filing, marked: MarkedYear, profiles: Mapping[str, TaxProfile]
) -> list[Problem]:
    """Warnings about the forms of each return, and about short sales that straddle the year."""
    found = [
        problem
        for forms in filing.returns
        for problem in _of_return(filing, forms, marked, profiles.get(forms.tax_return))
    ]
    wanted = {forms.tax_return for forms in filing.returns}
    return [*found, *_short_losses(books, filing.year, wanted)]


def _of_return(
    filing: Filing, forms: ReturnForms, marked: MarkedYear, profile: TaxProfile | None
) -> Iterator[Problem]:
    name, year = forms.tax_return, filing.year
    items = marked.items[name]
    for row in forms.rows:
        if row.gain_cents is None:
            yield warning(
                f"form_8949:{row.sale_id}",
                "BASIS_UNKNOWN",
                f"the basis of {row.description}, sold {row.sold}, is unknown: columns (e) and (h) "
                "are blank, and no total contains the row",
                "find the basis and state it (cost_basis of the TRANSFER_IN, or a "
                "BASIS_ADJUSTMENT); an unknown basis is not zero",
            )
    if profile is None:
        yield warning(
            f"profiles.csv:{name}",
            "NO_PROFILE",
            f"the return {name!r} has no profile for {year}: lines 5, 12 and 19 of Schedule D are "
            "blank, and line 21 takes the limit of 3,000",
            f"add a row for {name},{year} to profiles.csv with filing_status, carry_short and "
            "carry_long",
        )
    elif profile.status is None and forms.schedule_d.gain_cents("16") < 0:
        yield warning(
            f"profiles.csv:{name}",
            "NO_FILING_STATUS",
            f"the profile of {name!r} for {year} has no filing status: line 21 of Schedule D takes "
            "the limit of 3,000, which is 1,500 for a married person who files separately",
            "state filing_status in profiles.csv",
        )
    if forms.form_6781 is not None and forms.form_6781.may_carry_back:
        yield warning(
            f"form_6781:{name}",
            "MAY_CARRY_BACK",
            f"the net loss of {dollars(-forms.form_6781.lines['7'])} on section 1256 contracts may "
            "be carried back three years (26 USC 1212(c)); it is not here",
            "decide on box D of Form 6781",
        )
    states_dividends = profile is not None and profile.qualified_dividends_cents is not None
    if items.unclassified_dividends_cents and not states_dividends:
        yield warning(
            f"dividends:{name}",
            "DIVIDENDS_UNCLASSIFIED",
            f"nobody can say how much of {dollars(items.unclassified_dividends_cents)} in "
            "dividends is qualified (line 22 of Schedule D): their rows state no ex_date",
            "take box 1b of Form 1099-DIV into qualified_dividends of profiles.csv",
        )


def _short_losses(books: Books, year: int, returns: set[str]) -> Iterator[Problem]:
    """Losses on shorts that were covered in the last days of the year.

    Such a loss counts when the shares are delivered (Rev. Rul. 2002-44), a gain on the trade day.
    """
    pieces = realized_of(books)
    end = day_number(year, 12, 31)
    late = (pieces.sold > end - LAST_SETTLEMENT_DAYS) & (pieces.sold <= end)
    late &= books.journal.action[pieces.sale_row] == ACTION_CODE[Action.BUY_TO_COVER]
    late &= pieces.gain < 0
    if not late.any():
        return
    settled, is_blank = books.journal.day["settle_date"]
    account_return = {a.id: a.tax_return for a in books.record.accounts}
    for row in dict.fromkeys(pieces.sale_row[np.flatnonzero(late)].tolist()):
        if account_return[books.journal.account_of(row)] not in returns:
            continue
        if not is_blank[row] and settled[row] <= end:
            continue
        when = "its settlement" if is_blank[row] else f"{date_of(int(settled[row]))}"
        yield warning(
            books.journal.where(row),
            "SHORT_LOSS_AT_YEAR_END",
            f"transaction {books.journal.id(row)!r} covers a short sale at a loss in the last days "
            f"of {year}: it is on the forms of {year}, but such a loss counts on the day of "
            f"delivery, {when} (Rev. Rul. 2002-44)",
            "if the shares were delivered in the next year, move the loss there",
        )
