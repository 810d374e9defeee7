"""``taxlots allocate-basis``."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from taxlots.cli.options import JsonOption


def allocate_basis(
    wallets: Annotated[
        Path,
        typer.Argument(metavar="WALLETS", help="CSV: account, symbol, quantity of each wallet."),
    ],
    units: Annotated[
        Path,
        typer.Argument(
            metavar="UNITS", help="CSV: id, symbol, acquired_date, quantity, cost_basis, account."
        ),
    ],
    out: Annotated[
        Path, typer.Option("--out", metavar="FILE", help="The new file of TRANSFER_IN rows.")
    ],
    order: Annotated[
        str,
        typer.Option(
            "--global",
            metavar="ORDER",
            help="Global allocation: oldest, newest, highest or lowest first. Without it each row "
            "of UNITS names its account (specific unit allocation).",
        ),
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Allocate basis of digital assets to wallets as of 2025-01-01 (Rev. Proc. 2024-28).

    Writes the rows that open each wallet. Units of basis must be as many as the wallets hold.
    """
    from taxlots.book.wallet_allocation import AllocationOrder
    from taxlots.cli.printing import counted, print_json
    from taxlots.domain.problem import UsageError
    from taxlots.workflows.allocate_basis import allocate_basis as allocated

    orders = {str(one): one for one in AllocationOrder}
    if order and order not in orders:
        raise UsageError(f"--global takes one of {', '.join(orders)}, not {order!r}")
    lots = allocated(wallets, units, out, orders[order] if order else None)
    accounts = len({lot.account for lot in lots})
    if as_json:
        print_json({"out": str(out), "lots": len(lots), "accounts": accounts})
    else:
        print(f"{out} opens {counted(accounts, 'wallet')} with {counted(len(lots), 'lot')}.")
