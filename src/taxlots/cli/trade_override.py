"""``taxlots overrides`` and ``taxlots override-trade``."""

from __future__ import annotations

from typing import Annotated

import typer

from taxlots.cli.options import AsOfOption, BookArgument, JsonOption, KnownAtOption

ActionOption = Annotated[
    str,
    typer.Option("--action", metavar="A", help="lock, exclude, force, cap, replace, or lift."),
]
SymbolOption = Annotated[str, typer.Option("--symbol", metavar="SYMBOL", help="The security.")]
NameOption = Annotated[
    str, typer.Option("--id", metavar="NAME", help="Its name; that of one changes or lifts it.")
]
ByOption = Annotated[str, typer.Option("--by", metavar="WHO", help="Who says so.")]
ReasonOption = Annotated[str, typer.Option("--reason", metavar="TEXT", help="Why.")]
AccountOption = Annotated[
    str, typer.Option("--account", metavar="ID", help="In this account (default: in every one).")
]
HouseholdOption = Annotated[
    str, typer.Option("--household", metavar="NAME", help="In the accounts of this household.")
]
SideOption = Annotated[
    str, typer.Option("--side", metavar="buy|sell", help="Of purchases or of sales alone.")
]
QuantityOption = Annotated[
    str, typer.Option("--quantity", metavar="Q", help="force, cap: how many shares.")
]
AmountOption = Annotated[
    str, typer.Option("--amount", metavar="DOLLARS", help="force, cap: or how many dollars.")
]
InsteadOption = Annotated[
    str, typer.Option("--instead", metavar="SYMBOL", help="replace: what is bought instead.")
]
UntilOption = Annotated[
    str | None,
    typer.Option("--until", metavar="DATE", help="The first day on which it holds no more."),
]


def overrides(
    book: BookArgument,
    as_of: AsOfOption = None,
    known_at: KnownAtOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what people said of trades before a plan makes them, and what of it has expired."""
    from taxlots.cli.plan_pages import show
    from taxlots.workflows.gather import day, moment
    from taxlots.workflows.trade_overrides import list_overrides

    page = list_overrides(
        book,
        as_of=day(as_of),
        known_at=moment(known_at),
    )
    show(page, book, as_json=as_json)


def override_trade(
    book: BookArgument,
    action: ActionOption,
    by: ByOption,
    reason: ReasonOption,
    symbol: SymbolOption = "",
    account: AccountOption = "",
    household: HouseholdOption = "",
    side: SideOption = "",
    quantity: QuantityOption = "",
    amount: AmountOption = "",
    instead: InsteadOption = "",
    until: UntilOption = None,
    name: NameOption = "",
    as_json: JsonOption = False,
) -> None:
    """Lock, exclude, force, cap or replace trades of a security, before a plan makes them.

    It is recorded in a database with who said so, why and until when; of a folder, the line that
    belongs into its file is shown. `lift` ends one on the day of --until.
    """
    from taxlots.cli.printing import print_json
    from taxlots.domain.problem import UsageError
    from taxlots.plan.trade_overrides import said_of
    from taxlots.workflows.clock import now
    from taxlots.workflows.gather import day
    from taxlots.workflows.trade_overrides import (
        AskedTradeOverride,
        lift_override,
        record_override,
    )

    end = day(until, "--until")
    if action == "lift":
        if not name or end is None:
            raise UsageError("to lift an override name it with --id, and the day with --until")
        found = lift_override(book, name, end, by, reason, now=now())
    else:
        asked = AskedTradeOverride(
            action=action.lower(),
            symbol=symbol,
            by=by,
            reason=reason,
            id=name,
            household=household,
            account=account,
            side=side.lower(),
            quantity=quantity,
            amount=amount,
            instead=instead,
            until=end,
        )
        found = record_override(book, asked, now=now())
    said = said_of(found) + ("" if found.until is None else f" until {found.until}")
    if as_json:
        print_json({"id": found.id, "action": found.action, "by": found.by, "said": said})
        return
    print(f"Recorded by {found.by}: {said}.")
