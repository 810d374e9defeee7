"""Random households that ask for a rebalance, and what a plan must hold to, judged by the books.

A household has a random history of trades, targets with bands, closes of three years of months and
cash.  Some have caps in ``[rebalance.plan]``, budgets of gains, overrides, a deposit, or a
withdrawal.  The plan's trades are appended to the journal as executed at the closes; ``broken``
then lists in words what the books contradict.  Nothing there is taken from the plan but the trades
and what they promise.
"""

import random
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date, timedelta

import pyarrow as pa
from tests.book.booked import first_rows
from tests.histories import random_history
from tests.plan.test_harvest_promise import SIZES, priced, taxes
from tests.workflows.test_routing_promise import with_targets

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.results import realized_of, wash_sales_of
from taxlots.domain.money import SHARE, dollars, shares
from taxlots.domain.order import Side
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.rebalance.plan_limits import CAP_CANNOT_BE_KEPT
from taxlots.plan.rebalance.whole_trades import Trade
from taxlots.plan.what_if import with_rows
from taxlots.workflows.guard import prepare
from taxlots.workflows.household_plan import plan_of
from taxlots.workflows.rebalance import RebalanceRun, rebalance_of
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.replay import replay_record

MONTHS = 40
PROFILES = ("trades", "corporate", "averaging", "all")
CAPS: tuple[dict[str, object], ...] = (
    {},
    {},
    {"turnover_percent": 12},
    {"tracking_error_percent": 3.5},
    {"whole_shares": False},
    {"min_trade": 0},
    {"turnover_percent": 30, "margin": 5.0, "cash_percent": 5},
    {"risk_aversion": 40, "cash_drag_percent": 2},
)
BUDGETS: tuple[dict[str, object], ...] = (
    {},
    {},
    {},
    {"gain": 100.0},
    {"short_gain": 0.0, "long_gain": 500.0},
)
ACTIONS = ("lock", "exclude", "exclude", "cap", "force")


@dataclass(frozen=True, slots=True)
class Rebalanced:
    """A random household, what was asked, and the plan."""

    seed: int
    profile: str
    record: Record
    asked: RebalanceAsked
    run: RebalanceRun

    @property
    def name(self) -> str:
        """Profile and seed, by which it is found again."""
        return f"{self.profile} {self.seed}"


def drawn(seed: int, profile: str) -> tuple[Record, date, RebalanceAsked]:
    """A random household on a random day, and what is asked of its rebalance."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    history = random_history(seed, SIZES[profile], profile)
    rows = rng.randint(len(history.rows) // 2, len(history.rows))
    record = first_rows(history, rows)
    day = max(date.fromisoformat(row["date"]) for row in history.rows[:rows])
    record = with_history(with_targets(priced(record, rng, day, {}), rng), rng, day)
    record = replace(
        record,
        rebalance={"plan": rng.choice(CAPS), "budget": rng.choice(BUDGETS)},
        overrides=tuple(overrides(record, rng)),
    )
    return record, day, question(record, rng, day)


def rebalanced(seed: int, profile: str) -> Rebalanced | None:
    """A random household's plan; None where its books or the question have errors."""
    record, day, asked = drawn(seed, profile)
    try:
        plan = plan_of(prepare(replay_record(record, as_of=day)), record.accounts[0].household)
        return Rebalanced(seed, profile, record, asked, rebalance_of(plan, asked))
    except (DataError, UsageError):
        return None


def with_history(record: Record, rng: random.Random, day: date) -> Record:
    """Closes of each month before those of the day, as a random walk back from them."""
    assert record.prices is not None
    rows = record.prices.to_pylist()
    for symbol, close in [(row["symbol"], float(row["close"])) for row in list(rows)]:
        value = close
        for back in range(1, MONTHS):
            value *= 1 + rng.gauss(0, 0.06)
            earlier = day - timedelta(days=30 * back)
            rows.append({"date": earlier.isoformat(), "symbol": symbol, "close": f"{value:.2f}"})
    names = ("date", "symbol", "close")
    prices = pa.table({name: [row[name] for row in rows] for name in names})
    cash = tuple(
        {"account": one.id, "date": day.isoformat(), "amount": f"{rng.randint(0, 900_000) / 100}"}
        for one in record.accounts
    )
    return replace(record, prices=prices, cash=cash)


def overrides(record: Record, rng: random.Random) -> Iterator[dict[str, str]]:
    """Up to two overrides of a third of all households; some cannot be done."""
    if rng.random() < 0.65:
        return
    symbols = sorted(record.securities)
    for number in range(rng.randint(1, 2)):
        action = rng.choice(ACTIONS)
        side = rng.choice(["buy", "sell"]) if action == "force" else rng.choice(["", "buy", "sell"])
        sized = {"quantity": str(rng.randint(1, 30))} if action in ("cap", "force") else {}
        yield {
            "id": f"o{number}",
            "action": action,
            "symbol": rng.choice(symbols),
            "account": rng.choice(record.accounts).id if action == "force" else "",
            "side": "" if action == "lock" else side,
            "by": "Rowan",
            "reason": "said so",
        } | sized


def question(record: Record, rng: random.Random, day: date) -> RebalanceAsked:
    """Nothing, a deposit, or a withdrawal, by the risk of the targets or another."""
    asked = RebalanceAsked(objective=rng.choice(["tracking", "tracking", "factors", "variance"]))
    account = rng.choice([one.id for one in record.accounts])
    chance = rng.random()
    if chance < 0.25:
        return replace(asked, deposit=f"{rng.randint(10, 9_000)}", account=account)
    if chance < 0.5:
        by = day + timedelta(days=10)
        where = account if rng.random() < 0.3 else None
        return replace(asked, withdraw=f"{rng.randint(10, 9_000)}", by=by, account=where)
    return asked


def executed(one: Rebalanced) -> Books:
    """The books once the trades are made at the end of the day."""
    day = one.run.proposal.as_of.isoformat()
    rows = [
        {
            "id": f"planned-{number}",
            "date": day,
            "time": "23:59:59",
            "account": trade.position.account.id,
            "symbol": trade.position.symbol,
            "action": str(trade.action),
            "quantity": shares(trade.units),
            "amount": dollars(trade.cents),
            "lots": trade.lots if trade.position.is_taxed else "",
        }
        for number, trade in enumerate(one.run.proposal.trades)
    ]
    return replay_record(with_rows(one.record, rows), as_of=one.run.proposal.as_of)


def broken(one: Rebalanced) -> list[str]:
    """What the books, the limits and the question contradict of a plan, in words."""
    books = executed(one)
    checks = (gains, washes, tax, cash, sizes, caps, budgets, bands, overridden)
    return [f"{one.name}: {said}" for check in checks for said in check(one, books)]


def _mine(one: Rebalanced) -> dict[str, Trade]:
    return {f"planned-{number}": trade for number, trade in enumerate(one.run.proposal.trades)}


def gains(one: Rebalanced, books: Books) -> Iterator[str]:
    """The gains of every return are those promised, to the cent."""
    realized, mine = realized_of(books), _mine(one)
    found: dict[str, int] = {}
    for at, row in enumerate(realized.sale_row.tolist()):
        if trade := mine.get(books.journal.id(row)):
            name = trade.position.account.tax_return
            found[name] = found.get(name, 0) + int(realized.gain[at])
    for said in one.run.proposal.returns:
        promised = said.short_cents + said.long_cents
        if found.get(said.tax_return, 0) != promised:
            yield f"{said.tax_return} realizes {found.get(said.tax_return, 0)}, not {promised}"


def washes(one: Rebalanced, books: Books) -> Iterator[str]:
    """No loss of the plan is disallowed, and no purchase of it replaces an earlier loss."""
    realized, mine = realized_of(books), _mine(one)
    for at, row in enumerate(realized.sale_row.tolist()):
        if books.journal.id(row) in mine and int(realized.disallowed[at]):
            yield f"{int(realized.disallowed[at])} of {books.journal.id(row)} is disallowed"
    for row in wash_sales_of(books).replacement_lot_row.tolist():
        if books.journal.id(row) in mine:
            yield f"{books.journal.id(row)} replaces a loss"


def tax(one: Rebalanced, books: Books) -> Iterator[str]:
    """The year's tax of every return is more by what was promised, to the cent."""
    day = one.run.proposal.as_of
    told = [said for said in one.run.proposal.returns if said.now_cents is not None]
    if not told:
        return
    before = taxes(replay_record(one.record, as_of=day), day.year)
    after = taxes(books, day.year)
    for said in told:
        more = after[said.tax_return] - before.get(said.tax_return, 0)
        if more != said.now_cents:
            yield f"{said.tax_return} owes {more} more, not {said.now_cents}"


def cash(one: Rebalanced, _: Books) -> Iterator[str]:
    """No account spends more than it has, and what is to be taken out is there."""
    proposal = one.run.proposal
    left = dict(proposal.cash_before)
    for trade in proposal.trades:
        left[trade.position.account.id] -= trade.bought_cents + trade.cost_cents
    for name, cents in left.items():
        if cents < min(0, proposal.cash_before[name]):
            yield f"{name} is overdrawn by {-cents}"
        if cents != proposal.cash_after[name]:
            yield f"{name} has {cents} in cash, not {proposal.cash_after[name]}"
    for group, floor in one.run.question.cash.floors.items():
        if sum(left[name] for name in group) < floor:
            yield f"{sum(left[name] for name in group)} of {floor} is raised"


def sizes(one: Rebalanced, _: Books) -> Iterator[str]:
    """Whole shares but for whole lots, nothing smaller than asked, and one side of a position."""
    question = one.run.question
    giving = {name for group, floor in question.cash.floors.items() if floor for name in group}
    names = [trade.position.name for trade in one.run.proposal.trades]
    if len(set(names)) < len(names):
        yield f"a position is traded twice: {names}"
    for trade in one.run.proposal.trades:
        odd = sum(sold.units for sold in trade.sales if sold.units == sold.lot.quantity) % SHARE
        if question.step == SHARE and trade.units % SHARE and (trade.units - odd) % SHARE:
            yield f"{trade.position.name} is traded in {trade.units}"
        ends = trade.side is Side.SELL and trade.units == trade.position.quantity
        needed = ends or trade.position.account.id in giving or trade.position.forced_cents
        if trade.cents < question.least_cents and not needed:
            yield f"{trade.position.name}: {trade.cents} is less than {question.least_cents}"


def caps(one: Rebalanced, _: Books) -> Iterator[str]:
    """Turnover and tracking error, unless the plan says that they cannot be kept."""
    proposal, limits = one.run.proposal, one.run.question.limits
    if _cannot(one):
        return
    nav = proposal.solution.household.nav_cents
    traded = sum(trade.equity_cents for trade in proposal.trades) / nav
    if limits.turnover is not None and traded > limits.turnover:
        yield f"turnover is {traded:.6f}, the cap {limits.turnover}"
    error = proposal.tracking_error_after
    if limits.tracking_error is not None and error > limits.tracking_error + 1e-9:
        yield f"tracking error is {error:.6f}, the cap {limits.tracking_error}"


def budgets(one: Rebalanced, _: Books) -> Iterator[str]:
    """What the plan realizes on its main return is within what the budgets leave."""
    limits, household = one.run.question.limits, one.run.proposal.solution.household
    if _cannot(one):
        return
    for said in one.run.proposal.returns:
        if said.tax_return != household.main_return:
            continue
        for name, cents, most in (
            ("short-term gain", said.short_cents, limits.short_gain_cents),
            ("long-term gain", said.long_cents, limits.long_gain_cents),
            ("gain", said.short_cents + said.long_cents, limits.gain_cents),
        ):
            if most is not None and cents > most:
                yield f"{name} is {cents}, the budget leaves {most}"


def bands(one: Rebalanced, _: Books) -> Iterator[str]:
    """No class is taken out of its band, or farther out."""
    for part in one.run.proposal.classes:
        low, high = min(part.low, part.before), max(part.high, part.before)
        is_told = f"band of {part.name} " in " ".join(one.run.proposal.told)
        if not low - 1e-6 <= part.after <= high + 1e-6 and not is_told:
            yield f"{part.name} is {part.after:.6f}, from {part.before:.6f}, of {low}..{high}"


def overridden(one: Rebalanced, _: Books) -> Iterator[str]:
    """Locks, exclusions, caps and forced trades of people are kept."""
    for row in one.record.overrides:
        trades = [
            trade
            for trade in one.run.proposal.trades
            if trade.position.symbol == row["symbol"]
            and row["account"] in ("", trade.position.account.id)
            and row["side"].upper() in ("", "BUY" if trade.bought_cents > 0 else "SELL")
        ]
        units = int(row.get("quantity", "0")) * SHARE
        match row["action"]:
            case "lock" | "exclude":
                said = [f"{row} but {trade.position.name} is traded" for trade in trades]
            case "cap":
                said = [f"{row} but {shares(t.units)}" for t in trades if t.units > units]
            case _:
                holders = {t.position.account.id: t.units for t in trades}
                is_about = _is_about(row, one)
                said = (
                    [f"{row} but {holders}"]
                    if is_about and holders != {row["account"]: units}
                    else []
                )
        yield from said


def _is_about(row: dict[str, str], one: Rebalanced) -> bool:
    return any(
        position.forced_cents
        for position in one.run.question.positions
        if (position.account.id, position.symbol) == (row["account"], row["symbol"])
    )


def _cannot(one: Rebalanced) -> bool:
    return any(
        problem.code == CAP_CANNOT_BE_KEPT for problem in one.run.proposal.solution.optimum.problems
    )
