"""``taxlots overlay``."""

from __future__ import annotations

from taxlots.cli.exposure_options import BenchmarkOption, HouseholdOption, MarketOption
from taxlots.cli.options import (
    AccountOption,
    AsOfOption,
    BookArgument,
    JsonOption,
    KnownAtOption,
)
from taxlots.cli.overlay_options import (
    ContractOption,
    CurveOption,
    DailyMoveOption,
    DeltaOption,
    DollarsOption,
    GammaOption,
    IncomeOption,
    InsteadOfOption,
    RateOption,
    ReserveDaysOption,
    SyntheticOption,
    ToBetaOption,
    ToDurationOption,
    VegaOption,
)


def overlay(
    book: BookArgument,
    contracts: ContractOption = None,
    to_beta: ToBetaOption = "",
    to_duration: ToDurationOption = "",
    dollars: DollarsOption = "",
    rate: RateOption = "",
    income: IncomeOption = "",
    daily_move: DailyMoveOption = "",
    reserve_days: ReserveDaysOption = None,
    instead_of: InsteadOfOption = "",
    delta: DeltaOption = "",
    gamma: GammaOption = "",
    vega: VegaOption = "",
    synthetic: SyntheticOption = False,
    curve: CurveOption = "",
    household: HouseholdOption = None,
    account: AccountOption = None,
    benchmark: BenchmarkOption = "",
    market: MarketOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Move exposure without selling lots: contracts, residual, margin, roll, and tax flags.

    The contracts are those of contracts.csv. Nothing is booked and nothing is traded.
    """
    from taxlots.cli.plan_pages import show
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.overlay_asked import AnyOverlay, overlay_page_of

    asked = AnyOverlay(
        contracts=tuple(contracts or ()),
        to_beta=to_beta,
        to_duration=to_duration,
        dollars=dollars,
        rate=rate,
        income=income,
        daily_move=daily_move,
        reserve_days=reserve_days,
        instead_of=instead_of,
        delta=delta,
        gamma=gamma,
        vega=vega,
        is_synthetic=synthetic,
        curve=curve,
        household=household,
        account=account,
        benchmark=benchmark,
        market=market,
    )
    on = day(as_of)
    known = moment(known_at)
    with working(f"sizing {', '.join(asked.contracts) or curve}"):
        page = overlay_page_of(book, asked, as_of=on, known_at=known)
    show(page, book, as_json=as_json)
