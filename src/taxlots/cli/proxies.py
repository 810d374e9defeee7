"""``taxlots proxies``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated, Final

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

if TYPE_CHECKING:
    from taxlots.plan.proxy_review import Review
    from taxlots.plan.proxy_suggestions import Suggestions
    from taxlots.workflows.proxies import ProxyRun

ReplacedArgument = Annotated[
    str,
    typer.Argument(
        metavar="SYMBOL", help="The security to replace (default: each that has a proxy)."
    ),
]
BuyingAccountOption = Annotated[
    str, typer.Option("--account", metavar="ID", help="The account that would buy.")
]
AccountKindOption = Annotated[
    str,
    typer.Option("--account-kind", metavar="KIND", help="All accounts of a kind (taxable)."),
]
SuggestOption = Annotated[
    bool,
    typer.Option("--suggest", help="Rank the other securities of the book as possible proxies."),
]

FIGURES: Final = {
    "correlation": "correlation",
    "beta": "beta",
    "error": "tracking error",
    "fee": "fee",
}
CANDIDATES: Final = {
    "rank": "rank",
    "proxy": "proxy",
    "verdict": "verdict",
    **FIGURES,
    "dividends": "dividends",
    "why": "why not",
}
SHOWN: Final = 10
"""Suggestions that are printed; the others are less alike."""

SUGGESTIONS: Final = {"symbol": "symbol", "class": "class", **FIGURES, "warnings": "warnings"}
TEXTS: Final = frozenset(
    {"rank", "proxy", "verdict", "dividends", "why"} | {"symbol", "class", "warnings"}
)


def proxies(
    book: BookArgument,
    symbol: ReplacedArgument = "",
    account: BuyingAccountOption = "",
    account_kind: AccountKindOption = "",
    suggest: SuggestOption = False,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Review what may be bought instead of a security: policy, figures, and what stands in the way.

    Proxies are named by proxies.csv. Suggestions are for you to decide; no harvest uses them.
    """
    from taxlots.cli.outcome import count_warnings
    from taxlots.cli.printing import print_json
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.proxies import ProxiesAsked, review_proxies

    asked = ProxiesAsked(symbol=symbol, account=account, account_kind=account_kind, suggest=suggest)
    with working(f"reviewing the proxies of {symbol or book}"):
        run = review_proxies(
            book,
            asked,
            as_of=day(as_of),
            known_at=moment(known_at),
        )
    if as_json:
        print_json(run.json)
    else:
        _print(run, has_notes=bool(symbol))
    count_warnings(run.problems, book)


def _print(run: ProxyRun, *, has_notes: bool) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.proxies import candidate_rows, heading

    for place, review in enumerate(run.reviews):
        if place:
            print()
        title = heading(review, run.accounts, run.as_of)
        if review.candidates:
            print_listings(listing(title, CANDIDATES, candidate_rows(review), TEXTS))
        else:
            print(f"{title}: proxies.csv names nothing.")
        _print_notes(review, has_household=has_notes)
    if not run.reviews:
        print("proxies.csv names no proxy for accounts of this kind.")
    if run.suggestions is not None:
        print()
        _print_suggestions(run.suggestions)


def _print_notes(review: Review, *, has_household: bool) -> None:
    for one in review.candidates:
        if has_household:
            for sentence in one.household:
                print(f"{one.proxy.proxy}: {sentence}.")
        for sentence in one.warnings:
            print(f"Warning: {one.proxy.proxy}: {sentence}.")


def _print_suggestions(found: Suggestions) -> None:
    from taxlots.cli.printing import print_listings
    from taxlots.reports.plan_figures import listing
    from taxlots.reports.proxies import REFUSALS, suggestion_rows

    title = f"Suggestions for {found.symbol}: to be decided and entered in proxies.csv"
    rows = suggestion_rows(found)
    print_listings(listing(title, SUGGESTIONS, rows[:SHOWN], TEXTS))
    if len(rows) > SHOWN:
        print(f"{len(rows) - SHOWN} more stand behind these; --json has all.")
    for symbol, refusal in found.left_out.items():
        print(f"Left out: {symbol}: {REFUSALS[refusal]}.")
