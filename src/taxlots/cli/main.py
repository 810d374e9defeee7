"""The command ``taxlots``: each subcommand parses, calls one workflow, and prints."""

from __future__ import annotations

import sys
from typing import Annotated, Final

import typer

from taxlots.cli.allocate_basis import allocate_basis
from taxlots.cli.approve import approve
from taxlots.cli.audit import audit
from taxlots.cli.batch import batch, partition
from taxlots.cli.cash import cash
from taxlots.cli.close_year import close_year, years
from taxlots.cli.confirm import confirm
from taxlots.cli.cpa_pack import cpa_pack
from taxlots.cli.defer import defer
from taxlots.cli.differences import differences
from taxlots.cli.drift import drift
from taxlots.cli.explain import explain
from taxlots.cli.exposure import exposure
from taxlots.cli.form_8949 import form_8949
from taxlots.cli.guard import guard
from taxlots.cli.harvest import harvest
from taxlots.cli.holdings import gains, lots
from taxlots.cli.import_files import import_files
from taxlots.cli.init import init
from taxlots.cli.letter import letter
from taxlots.cli.locate import locate
from taxlots.cli.orders import orders
from taxlots.cli.outcome import EXIT_CODES, told
from taxlots.cli.overlay import overlay
from taxlots.cli.override import override
from taxlots.cli.proxies import proxies
from taxlots.cli.rebalance import rebalance
from taxlots.cli.reconcile import reconcile
from taxlots.cli.replay import replay
from taxlots.cli.restatement import restatement
from taxlots.cli.restrictions import restrictions
from taxlots.cli.runs import runs
from taxlots.cli.schedule import schedule
from taxlots.cli.section_1256 import section_1256
from taxlots.cli.select import select
from taxlots.cli.set_method import set_method
from taxlots.cli.tax import tax
from taxlots.cli.tax_cost import tax_cost
from taxlots.cli.trade_override import override_trade, overrides
from taxlots.cli.verify import verify
from taxlots.version import __version__

ABOUT: Final = f"""US tax lots, wash sales and loss harvesting.

A BOOK is a folder of plain files, or a database by its URL (sqlite:///book.db).

{EXIT_CODES}"""

COMMANDS: Final = (
    (init, "init", "taxlots init my-book --sample"),
    (import_files, "import", "taxlots import sqlite:///book.db my-book"),
    (replay, "replay", "taxlots replay ledger/sample --out books"),
    (lots, "lots", "taxlots lots ledger/sample --symbol XOM"),
    (gains, "gains", "taxlots gains ledger/sample --year 2020"),
    (section_1256, "section-1256", "taxlots section-1256 my-book --year 2024"),
    (explain, "explain", "taxlots explain ledger/sample s2020-0206"),
    (differences, "differences", "taxlots differences ledger/sample --year 2020 --out compared"),
    (
        reconcile,
        "reconcile",
        "taxlots reconcile ledger/sample form-2020.json --year 2020 --out tied",
    ),
    (
        restatement,
        "restatement",
        "taxlots restatement sqlite:///book.db --from 2024-12-31 --out restated",
    ),
    (years, "years", "taxlots years ledger/sample"),
    (close_year, "close-year", "taxlots close-year sqlite:///book.db --year 2024 --by NAME"),
    (tax, "tax", "taxlots tax ledger/sample --year 2020"),
    (tax_cost, "tax-cost", "taxlots tax-cost ledger/sample --lot s2020-0212 --price 76.50"),
    (audit, "audit", "taxlots audit ledger/sample --year 2020 --out pack"),
    (verify, "verify", "taxlots verify ledger/sample"),
    (form_8949, "form8949", "taxlots form8949 ledger/sample --year 2020 --out forms"),
    (
        select,
        "select",
        "taxlots select ledger/sample --account schwab-taxable --symbol AAPL --quantity 10",
    ),
    (
        set_method,
        "set-method",
        "taxlots set-method sqlite:///book.db --account A --method HIFO --from 2025-01-02 --by J",
    ),
    (defer, "defer", "taxlots defer ledger/sample --account fidelity-taxable"),
    (drift, "drift", "taxlots drift ledger/sample --as-of 2020-12-31"),
    (rebalance, "rebalance", "taxlots rebalance ledger/sample --out plan"),
    (locate, "locate", "taxlots locate ledger/sample --keep-mix"),
    (overrides, "overrides", "taxlots overrides my-book"),
    (
        override_trade,
        "override-trade",
        "taxlots override-trade sqlite:///book.db --action lock --symbol T --by NAME --reason TEXT",
    ),
    (cash, "cash", "taxlots cash ledger/sample --deposit 10000 --account joint-taxable"),
    (exposure, "exposure", "taxlots exposure ledger/sample --benchmark JPM"),
    (
        schedule,
        "schedule",
        "taxlots schedule ledger/sample MSFT 60 --account fidelity-taxable --over 4",
    ),
    (overlay, "overlay", "taxlots overlay my-book --with MINI-H1 --to-beta 0.8 --benchmark SPY"),
    (guard, "guard", "taxlots guard ledger/sample sell T --account schwab-taxable"),
    (proxies, "proxies", "taxlots proxies ledger/sample XOM"),
    (harvest, "harvest", "taxlots harvest ledger/sample --out plan"),
    (restrictions, "restrictions", "taxlots restrictions ledger/sample --account roth-ira"),
    (runs, "runs", "taxlots runs sqlite:///book.db"),
    (approve, "approve", "taxlots approve sqlite:///book.db 1 --by NAME"),
    (
        override,
        "override",
        "taxlots override sqlite:///book.db 1 --lot ID --action exclude --by NAME --reason TEXT",
    ),
    (orders, "orders", "taxlots orders sqlite:///book.db 1 --out send"),
    (confirm, "confirm", "taxlots confirm sqlite:///book.db 1 fills.csv --by NAME"),
    (letter, "letter", "taxlots letter sqlite:///book.db 1 --out letter.pdf"),
    (cpa_pack, "cpa-pack", "taxlots cpa-pack sqlite:///book.db 1 --out cpa"),
    (partition, "partition", "taxlots partition ledger/sample --out parts"),
    (batch, "batch", "taxlots batch parts --as-of 2020-12-31 --out night --workers 2"),
    (
        allocate_basis,
        "allocate-basis",
        "taxlots allocate-basis wallets.csv units.csv --global oldest --out opening.csv",
    ),
)
"""Every subcommand: its function, its name, and the example that its help shows."""

app = typer.Typer(
    name="taxlots",
    help=ABOUT,
    epilog="Example: taxlots init my-book --sample, then taxlots harvest my-book --out plan",
    rich_markup_mode=None,
    add_completion=False,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)

for function, name, example in COMMANDS:
    app.command(name, epilog=f"Example: {example}")(told(function))


def _version(wanted: bool) -> None:
    if wanted:
        print(f"taxlots {__version__}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool,
        typer.Option("--version", callback=_version, is_eager=True, help="Show the version."),
    ] = False,
) -> None:
    """Take what comes before the subcommand; the text of the help is ``ABOUT``."""
    del version


def main() -> None:
    """Run the command line.  Ends the process with one of ``EXIT_CODES``."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
    app(prog_name="taxlots")
