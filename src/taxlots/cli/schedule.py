"""``taxlots schedule``."""

from __future__ import annotations

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption
from taxlots.cli.schedule_options import (
    AdvOption,
    AversionOption,
    BlockOption,
    BuyOption,
    ByOption,
    CurrencyOption,
    ForcedOption,
    OrderlyOption,
    OverOption,
    QuantityArgument,
    QuotesOption,
    RatesOption,
    SpreadOption,
    SymbolArgument,
    VolatilityOption,
    VolumesOption,
)
from taxlots.cli.select_options import MethodOption, PriceOption, SellingAccountOption


def schedule(
    book: BookArgument,
    symbol: SymbolArgument,
    quantity: QuantityArgument,
    account: SellingAccountOption,
    over: OverOption = None,
    by: ByOption = "",
    method: MethodOption = "",
    price: PriceOption = "",
    adv: AdvOption = "",
    spread: SpreadOption = "",
    volatility: VolatilityOption = "",
    volumes: VolumesOption = "",
    risk_aversion: AversionOption = "",
    buy: BuyOption = False,
    quotes: QuotesOption = None,
    block: BlockOption = "",
    currency: CurrencyOption = "",
    rates: RatesOption = None,
    forced_by: ForcedOption = None,
    orderly_by: OrderlyOption = None,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """Trade in tranches: the cost of each, and the lots that a sale takes on each day.

    With --quotes, the slices of one day instead; with --forced-by, what a sale in a hurry costs.
    """
    from taxlots.cli.plan_pages import show
    from taxlots.cli.progress import working
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.schedule_answer import schedule_answer
    from taxlots.workflows.schedule_inputs import ScheduleAsked

    asked = ScheduleAsked(
        account=account,
        symbol=symbol,
        quantity=quantity,
        over=over,
        by=by.lower(),
        method=method.upper(),
        price=price,
        adv=adv,
        spread=spread,
        volatility=volatility,
        volumes=volumes,
        risk_aversion=risk_aversion,
        is_purchase=buy,
        block=block,
        currency=currency,
        rates=rates,
        quotes=quotes,
        forced_by=day(forced_by, "--forced-by"),
        orderly_by=day(orderly_by, "--orderly-by"),
    )
    with working(f"scheduling {symbol}"):
        page = schedule_answer(book, asked, as_of=day(as_of), known_at=moment(known_at))
    show(page, book, as_json=as_json)
