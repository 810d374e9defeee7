"""Pages of plans on standard output."""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from taxlots.workflows.plan_page import PlanPage


def show(page: PlanPage, book: str, *, as_json: bool) -> None:
    """Print a page, as JSON or as tables with sentences below, and count its warnings."""
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json, print_listings

    if as_json:
        print_json(page.json)
    else:
        if page.listings:
            print_listings(*page.listings)
            print()
        for sentence in page.because:
            print(f"{sentence}.")
    count_warnings(page.problems, book)
