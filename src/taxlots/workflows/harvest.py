"""The harvest run: gather the books, prices and profiles, plan, and write what to do."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from taxlots.book.booking import Books
from taxlots.book.dividends import pending_dividends
from taxlots.book.standing import (
    acquisitions,
    espp_without_income,
    last_splits,
    open_lots,
    waiting_losses,
)
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_rule import from_mapping, unknown_names
from taxlots.domain.problem import DataError, Problem, Severity, warning
from taxlots.domain.quote import Quote
from taxlots.domain.scheduled import read_scheduled
from taxlots.domain.tax_profile import read_profiles
from taxlots.domain.verdict import Reason
from taxlots.law.identical import identity_of
from taxlots.market_data.prices import PriceHistory, price_history
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.situation import Situation
from taxlots.reports.books_files import problem_table
from taxlots.reports.folders import FAILURE, MANIFEST, check_folder, write_folder
from taxlots.reports.harvest_files import COLUMNS, manifest, tables
from taxlots.version import __version__
from taxlots.workflows.replay import RULES_VERSION, replay
from taxlots.workflows.tax import with_rates


@dataclass(frozen=True, slots=True)
class Harvest:
    """A plan, the books that it was made from, and every warning on the way."""

    plan: HarvestPlan
    books: Books
    problems: list[Problem]


def harvest(book: str, *, as_of: date | None = None, known_at: datetime | None = None) -> Harvest:
    """Propose what to harvest on a day (default: the journal's last date).

    Trades are taken to happen on that day at the last close.  Raises UsageError and DataError.
    """
    return harvest_books(replay(book, as_of=as_of, known_at=known_at))


def harvest_books(books: Books) -> Harvest:
    """Propose what to harvest from books on their as-of day.  Raises DataError."""
    situation, problems = situation_of(books)
    if any(p.severity is Severity.ERROR for p in problems):
        raise DataError([*books.problems, *problems])
    return Harvest(plan(situation), books, [*books.problems, *problems])


def situation_of(books: Books) -> tuple[Situation, list[Problem]]:
    """Everything that planning looks at, and what is wrong with the settings and prices."""
    record = books.record
    as_of = date_of(books.as_of)
    accounts = [account.id for account in record.accounts]
    rule, problems = from_mapping(record.harvest)
    profiles, bad = read_profiles(
        record.profiles,
        record.tax_profile,
        dict.fromkeys(account.tax_return for account in record.accounts),
        as_of.year,
    )
    problems += bad
    profiles, told = with_rates(books, profiles, as_of.year)
    problems += told
    scheduled, bad = read_scheduled(record.scheduled, accounts)
    problems += bad
    history, bad = price_history(record.prices)
    problems += bad
    lots = open_lots(books)
    symbols = {lot.symbol for lot in lots}
    symbols |= {name for proxy in record.proxies for name in (proxy.symbol, proxy.proxy)}
    problems += unknown_names(rule, symbols, accounts)
    quotes, told = _quotes(history, sorted(symbols), books)
    problems += told
    situation = Situation(
        as_of=as_of,
        accounts=record.accounts,
        securities=record.securities,
        strict_identity=identity_of(
            record.securities, record.identical, books.renames, same_index=True
        ),
        book_identity=books.identity,
        lots=lots,
        acquisitions=acquisitions(books),
        waiting_losses=waiting_losses(books),
        quotes=quotes,
        profiles=profiles,
        proxies=record.proxies,
        scheduled=scheduled,
        policy=record.policy,
        rule=rule,
        barred=dict.fromkeys(espp_without_income(books), Reason.ESPP_WITHOUT_INCOME),
        pending_dividends=pending_dividends(books),
    )
    return situation, problems


def _quotes(
    history: PriceHistory, symbols: list[str], books: Books
) -> tuple[dict[str, Quote], list[Problem]]:
    """The last close of each symbol, without those from before its last split."""
    found: dict[str, Quote] = {}
    problems = []
    splits = last_splits(books)
    for symbol in symbols:
        quote = history.last_close(symbol, date_of(books.as_of))
        if quote is None:
            continue
        if day_of(quote.day) < splits.get(symbol, day_of(quote.day)):
            problems.append(
                warning(
                    f"prices:{symbol}",
                    "PRICE_BEFORE_SPLIT",
                    f"the last close of {symbol} ({quote.day}) is from before its split",
                    "add a close from the split's date or after it",
                )
            )
        else:
            found[symbol] = quote
    return found, problems


def write_harvest(
    book: str, out: Path, *, as_of: date | None = None, known_at: datetime | None = None
) -> Harvest:
    """Plan a harvest and write its tables and manifest, all together or not at all.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    check_folder(out)
    try:
        run = harvest(book, as_of=as_of, known_at=known_at)
    except DataError as failure:
        write_folder(out, {FAILURE: problem_table(failure.problems)})
        raise
    files: dict[str, Any] = {
        name: _table(rows, COLUMNS[name]) for name, rows in tables(run.plan).items()
    }
    files[FAILURE] = problem_table(run.problems)
    files[MANIFEST] = manifest(
        run.plan,
        book=run.books.record.name,
        hashes=run.books.record.hashes,
        engine_version=__version__,
        rule_version=RULES_VERSION,
    )
    write_folder(out, files)
    return run


def _table(rows: list[dict[str, str]], columns: tuple[str, ...]) -> Any:
    import pyarrow as pa

    return pa.table({n: pa.array([row[n] for row in rows], pa.string()) for n in columns})
