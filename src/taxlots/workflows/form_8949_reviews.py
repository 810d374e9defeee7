"""What a preparer must look at before the forms of a year are filed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING

from taxlots.domain.money import dollars
from taxlots.domain.problem import Problem, warning

if TYPE_CHECKING:
    from taxlots.book.return_forms import Filing, ReturnForms
    from taxlots.domain.tax_profile import TaxProfile
    from taxlots.workflows.year_items import MarkedYear


def filing_reviews(
    filing: Filing, marked: MarkedYear, profiles: Mapping[str, TaxProfile]
) -> list[Problem]:
    """Warnings about the forms of each return, beside those of the books."""
    unknown = [problem for forms in filing.returns for problem in _unknown_bases(forms)]
    found = [
        problem
        for forms in filing.returns
        for problem in _of_return(filing, forms, marked, profiles.get(forms.tax_return))
    ]
    return [*unknown, *found]


def _unknown_bases(forms: ReturnForms) -> Iterator[Problem]:
    """The rows that no total can hold."""
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
    for mark in forms.form_4797:
        if mark.gain_cents is None:
            yield warning(
                f"form_4797:{mark.sale_id or mark.lot_id}",
                "BASIS_UNKNOWN",
                f"the basis of {mark.description}, {mark.sold}, in {mark.account} is unknown: "
                "columns (f) and (g) of Form 4797 are blank, and no total contains the row",
                "find the basis and state it; an unknown basis is not zero",
            )


def _of_return(
    filing: Filing, forms: ReturnForms, marked: MarkedYear, profile: TaxProfile | None
) -> Iterator[Problem]:
    name, year = forms.tax_return, filing.year
    items = marked.items[name]
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
