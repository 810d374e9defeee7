"""``taxlots defer``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from taxlots.cli.defer_options import (
    AversionOption,
    BudgetOption,
    DeductionRateOption,
    DiscountOption,
    DonateOption,
    ReturnOption,
    SplitMethodOption,
    SplitOption,
    SplitPriceOption,
    VolatilityOption,
    ZeroBracketOption,
)
from taxlots.cli.options import (
    AccountOption,
    AsOfOption,
    BookArgument,
    JsonOption,
    KnownAtOption,
    SymbolOption,
)

if TYPE_CHECKING:
    from taxlots.workflows.plan_page import PlanPage

WAITING: Final = ("symbol", "volatility", "risk_aversion", "expected_return", "discount")
OPTIONS: Final = {
    # What is asked -> the options that bear on it.
    "zero_bracket": (),
    "donate": ("deduction_rate",),
    "split": ("price", "method", "discount"),
    "budget": ("symbol",),
    "waiting": WAITING,
}


def defer(
    book: BookArgument,
    account: AccountOption = None,
    symbol: SymbolOption = None,
    budget: BudgetOption = False,
    zero_bracket: ZeroBracketOption = False,
    donate: DonateOption = None,
    deduction_rate: DeductionRateOption = None,
    split: SplitOption = None,
    price: SplitPriceOption = "",
    method: SplitMethodOption = "",
    volatility: VolatilityOption = None,
    risk_aversion: AversionOption = None,
    expected_return: ReturnOption = None,
    discount: DiscountOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold a gain until it is long-term, or sell it now: the tax of both, and what waiting risks.

    Every short-term lot with a gain at its last close is shown; nothing is booked. Four options ask
    something else of the gains.
    """
    from taxlots.cli.plan_pages import show
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment

    asked = {"budget": budget, "zero_bracket": zero_bracket, "donate": donate, "split": split}
    stated = {
        "symbol": symbol,
        "deduction_rate": deduction_rate,
        "price": price,
        "method": method.upper(),
        "volatility": volatility,
        "risk_aversion": risk_aversion,
        "expected_return": expected_return,
        "discount": discount,
    }
    common = {
        "account": account,
        "as_of": day(as_of),
        "known_at": moment(known_at),
    }
    mode = _mode(asked, stated)
    with working(f"weighing gains of {book}"):
        page = _page(mode, book, asked, stated, common)
    show(page, book, as_json=as_json)


def _mode(asked: dict[str, Any], stated: dict[str, Any]) -> str:
    """What is asked; UsageError for two questions at once, and for options of another one."""
    from taxlots.domain.problem import UsageError

    modes = [name for name, value in asked.items() if value not in (None, False)]
    if len(modes) > 1:
        told = " and ".join(_option(name) for name in modes)
        raise UsageError(f"{told} ask different things; ask one at a time")
    mode = modes[0] if modes else "waiting"
    for name, value in stated.items():
        if value and name not in OPTIONS[mode]:
            if mode != "waiting":
                raise UsageError(f"{_option(name)} says nothing with {_option(mode)}; leave it out")
            others = " or ".join(_option(one) for one, names in OPTIONS.items() if name in names)
            raise UsageError(f"{_option(name)} goes with {others}; add that, or leave it out")
    return mode


def _option(name: str) -> str:
    return "--" + name.replace("_", "-")


def _page(
    mode: str,
    book: str,
    asked: dict[str, Any],
    stated: dict[str, Any],
    common: dict[str, Any],
) -> PlanPage:
    wanted = {name: stated[name] for name in OPTIONS[mode]}
    if mode == "zero_bracket":
        from taxlots.workflows.zero_bracket import zero_bracket

        return zero_bracket(book, **common)
    if mode == "donate":
        from taxlots.workflows.donate import donate

        return donate(book, asked["donate"], **wanted, **common)
    if mode == "split":
        from taxlots.workflows.split_years import split_years

        return split_years(book, asked["split"], **wanted, **common)
    if mode == "budget":
        from taxlots.workflows.check_budget import budget_of_book

        return budget_of_book(book, **wanted, **common)
    from taxlots.workflows.defer import defer as weigh
    from taxlots.workflows.defer import expected_of

    symbol = wanted.pop("symbol")
    return weigh(book, symbol=symbol, expected=expected_of(**wanted), **common).page
