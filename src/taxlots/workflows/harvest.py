"""The harvest run: gather the books, prices and profiles, plan, and write what to do."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from pathlib import Path
from typing import Any

from taxlots.book.booking import Books
from taxlots.book.dividends import pending_dividends
from taxlots.book.lot_columns import LotColumns, lot_columns
from taxlots.book.lot_wholes import averaged_positions
from taxlots.book.record import Record
from taxlots.book.results import open_lots_of
from taxlots.book.standing import (
    acquisitions,
    last_splits,
    open_lots,
    split_ratios,
    waiting_losses,
)
from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.harvest_rule import (
    HarvestRule,
    from_mapping,
    opinion_to_come,
    rules_of_returns,
    unknown_names,
)
from taxlots.domain.problem import DataError, Problem, Severity, warning
from taxlots.domain.quote import Quote
from taxlots.domain.scheduled import read_scheduled
from taxlots.law.identical import identity_of
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import HarvestPlan
from taxlots.plan.readiness import Finding, NotReady, not_ready
from taxlots.plan.situation import Situation
from taxlots.reports.books_files import problem_table
from taxlots.reports.failed_folder import problems_alone
from taxlots.reports.folders import FAILURE, MANIFEST, write_folder
from taxlots.reports.harvest_columns import COLUMNS
from taxlots.reports.harvest_files import manifest, tables
from taxlots.reports.readiness import (
    READINESS_COLUMNS,
    READINESS_FILE,
    readiness_counts,
    readiness_rows,
)
from taxlots.version import RULES_VERSION, __version__
from taxlots.workflows.budgeted_harvest import planned_within_budgets
from taxlots.workflows.harvest_years import harvest_years
from taxlots.workflows.held_swaps import held_swaps
from taxlots.workflows.market_of_day import MarketOfDay, same_market
from taxlots.workflows.readiness import (
    LotsFile,
    barred_lots,
    findings_of,
    lot_findings,
    old_opinions,
    readied,
)
from taxlots.workflows.replay import replay

Planner = Callable[[Situation], HarvestPlan]


@dataclass(frozen=True, slots=True)
class Harvest:
    """A plan, the books that it was made from, and every warning on the way."""

    plan: HarvestPlan
    books: Books
    problems: list[Problem]
    not_ready: tuple[NotReady, ...] = ()


def harvest(
    book: str,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    custodian_lots: Sequence[LotsFile] = (),
) -> Harvest:
    """Propose what to harvest on a day (default: the journal's last date).

    Trades are taken to happen on that day at the last close.  Raises UsageError and DataError.
    """
    books = replay(book, as_of=as_of, known_at=known_at)
    checked = lot_findings(book, books, custodian_lots, known_at=known_at)
    return harvest_books(books, checked=checked)


def harvest_books(
    books: Books, plan: Planner = plan, *, checked: Sequence[Finding] = ()
) -> Harvest:
    """Propose what to harvest from books on their as-of day.  Raises DataError.

    ``checked`` is what a comparison with the custodians' lots found.
    """
    situation, problems = situation_of(books)
    if any(p.severity is Severity.ERROR for p in problems):
        raise DataError([*books.problems, *problems])
    findings = findings_of(books, situation.rule, situation.lots, checked)
    proposal, told = planned_within_budgets(plan, readied(situation, findings), books)
    return Harvest(
        proposal,
        books,
        [*books.problems, *problems, *old_opinions(proposal), *told],
        not_ready(proposal.verdicts, findings, proposal.accounts),
    )


def situation_of(
    books: Books, market: MarketOfDay | None = None
) -> tuple[Situation, list[Problem]]:
    """Everything that planning looks at, and what is wrong with the settings and prices.

    ``market`` is that of the book's prices and day, where it is known.
    """
    opened = open_lots_of(books)
    situation, problems = situation_without_lots(books, lot_columns(books, opened), market)
    return replace(situation, lots=open_lots(books, lots=opened)), problems


def situation_without_lots(
    books: Books, lots: LotColumns, market: MarketOfDay | None = None
) -> tuple[Situation, list[Problem]]:
    """The same, all but the lots themselves, which stay in columns.

    ``market`` is that of the book's prices and day, where it is known.
    """
    record = books.record
    as_of = date_of(books.as_of)
    accounts = [account.id for account in record.accounts]
    rule, rules, problems = _rules(record)
    problems += opinion_to_come(rule, as_of)
    found, bad = harvest_years(books, rule, rules)
    problems += bad
    scheduled, bad = read_scheduled(record.scheduled, accounts)
    problems += bad
    market = same_market(record.prices, as_of) if market is None else market
    problems += market.problems
    symbols = {symbol for _, symbol in lots.positions}
    symbols |= {name for proxy in record.proxies for name in (proxy.symbol, proxy.proxy)}
    problems += unknown_names(rule, symbols, accounts)
    quotes, told = _quotes(market, sorted(symbols), last_splits(books))
    problems += told
    volatilities, tracking = _moves(books, market, symbols)
    situation = Situation(
        as_of=as_of,
        accounts=record.accounts,
        securities=record.securities,
        strict_identity=identity_of(
            record.securities, record.identical, books.renames, same_index=True
        ),
        book_identity=books.identity,
        lots=(),
        acquisitions=acquisitions(books),
        waiting_losses=waiting_losses(books),
        quotes=quotes,
        profiles=found.profiles,
        proxies=record.proxies,
        scheduled=scheduled,
        policy=record.policy,
        rule=rule,
        barred=barred_lots(books, lots),
        pending_dividends=pending_dividends(books),
        rules=rules,
        years=found.years,
        so_far=found.so_far,
        volatility_ppm=volatilities,
        tracking_ppm=tracking,
        averaged=averaged_positions(books),
        held_swaps=held_swaps(books, lots, record.proxies),
    )
    return situation, problems


def _rules(record: Record) -> tuple[HarvestRule, dict[str, HarvestRule], list[Problem]]:
    """The rule of the book, those of returns that have their own, and what is wrong with them."""
    rule, problems = from_mapping(record.harvest)
    returns = {account.tax_return for account in record.accounts}
    rules, bad = rules_of_returns(record.harvest, rule, returns)
    return rule, rules, problems + bad


def _moves(
    books: Books, market: MarketOfDay, symbols: Collection[str]
) -> tuple[dict[str, int], dict[tuple[str, str], int]]:
    """Volatilities by symbol, and tracking errors of proxies, where prices tell them."""
    splits = last_splits(books)
    found = {}
    for name in sorted(symbols):
        ppm = market.volatility_ppm(name, splits.get(name, 0))
        if ppm is not None:
            found[name] = ppm
    pairs = dict.fromkeys((proxy.symbol, proxy.proxy) for proxy in books.record.proxies)
    return found, market.tracking_ppm(pairs, split_ratios(books))


def _quotes(
    market: MarketOfDay, symbols: list[str], splits: Mapping[str, int]
) -> tuple[dict[str, Quote], list[Problem]]:
    """The last close of each symbol, without those from before its last split."""
    found: dict[str, Quote] = {}
    problems = []
    for symbol in symbols:
        quote = market.quote(symbol)
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
    book: str,
    out: Path,
    *,
    as_of: date | None = None,
    known_at: datetime | None = None,
    custodian_lots: Sequence[LotsFile] = (),
) -> Harvest:
    """Plan a harvest and write its tables and manifest, all together or not at all.

    On errors the folder holds ``problems.csv`` alone, and DataError is raised.
    """
    with problems_alone(out):
        run = harvest(book, as_of=as_of, known_at=known_at, custodian_lots=custodian_lots)
    files: dict[str, Any] = {
        name: _table(rows, COLUMNS[name]) for name, rows in tables(run.plan).items()
    }
    files[READINESS_FILE] = _table(readiness_rows(run.not_ready), READINESS_COLUMNS)
    files[FAILURE] = problem_table(run.problems)
    files[MANIFEST] = manifest(
        run.plan,
        book=run.books.record.name,
        hashes=run.books.record.hashes,
        engine_version=__version__,
        rule_version=RULES_VERSION,
    ) | {"readiness": readiness_counts(run.not_ready)}
    write_folder(out, files)
    return run


def _table(rows: list[dict[str, str]], columns: tuple[str, ...]) -> Any:
    import pyarrow as pa

    return pa.table({n: pa.array([row[n] for row in rows], pa.string()) for n in columns})
