"""Random households with short positions: the plan's promise, its margin, and what is forbidden.

The histories sell short, cover and deliver.  Some mandates let taxable accounts sell short, with
views that ask for it.  What is checked of any plan is in ``random_rebalances``; here are the rules
of short positions beside it.
"""

import os
import random
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from tests.workflows.random_rebalances import Rebalanced, broken, drawn, executed

from taxlots.book.booking import Books
from taxlots.book.desk import OWED
from taxlots.book.results import short_lots_of
from taxlots.book.standing import open_lots
from taxlots.domain.money import SHARE
from taxlots.domain.order import ShortSide
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.appraisal import market_value_cents
from taxlots.workflows.guard import prepare
from taxlots.workflows.household_plan import plan_of
from taxlots.workflows.rebalance import rebalance_of
from taxlots.workflows.replay import replay_record
from taxlots.workflows.short_cash import set_aside, short_positions_json

MAINTENANCE = 1.3
REGULATION_T = 1.5


def planned(seed: int) -> Rebalanced | None:
    """A random household that may be short; None where its books or the question have errors."""
    record, day, asked = drawn(seed, "shorts")
    rng = random.Random(seed + 1)  # noqa: S311 (no secret)
    taxable = [one.id for one in record.accounts if one.kind == "taxable"]
    rules = dict(record.rebalance)
    if taxable and rng.random() < 0.8:
        allowed = rng.sample(taxable, rng.randint(1, len(taxable)))
        rules["mandate"] = {"shorts": {"accounts": allowed, "most_percent": rng.choice([5, 20])}}
        symbols = sorted(record.securities)
        rules["views"] = {"annual_percent": {one: rng.choice([-9, -4, 2]) for one in symbols}}
        asked = replace(asked, objective="tracking+views")
    record = replace(record, rebalance=rules)
    try:
        plan = plan_of(prepare(replay_record(record, as_of=day)), record.accounts[0].household)
        return Rebalanced(seed, "shorts", record, asked, rebalance_of(plan, asked))
    except (DataError, UsageError):
        return None


def owed_cents(one: Rebalanced, books: Books) -> dict[str, int]:
    """What each account of the household owes at the closes of the plan."""
    quotes, found = one.run.plan.quotes, dict[str, int]()
    lots = short_lots_of(books)
    for place, units in zip(lots.position.tolist(), lots.quantity.tolist(), strict=True):
        account, symbol, way = books.blueprint.places[place]
        is_mine = one.run.plan.index.accounts[account].household == one.run.plan.name
        security = one.run.plan.index.security(symbol)
        if way == OWED and is_mine and security.kind != "option":
            cents = market_value_cents(units, security.multiplier, quotes[symbol].close)
            found[account] = found.get(account, 0) + cents
    return found


def short_rules(one: Rebalanced) -> Iterator[str]:
    """What the books after the trades contradict of margin, mandate and the law of short sales."""
    proposal, plan = one.run.proposal, one.run.plan
    shorts = one.record.rebalance.get("mandate", {}).get("shorts", {})
    held = {lot.symbol for lot in plan.lots}
    for trade in proposal.trades:
        name = trade.position.name
        if trade.action is ShortSide.SELL_SHORT:
            if trade.position.account.id not in shorts.get("accounts", ()):
                yield f"{name} is sold short without a mandate"
            if trade.position.account.kind.is_tax_deferred:
                yield f"{name} is sold short in an account that secures no loan"
            if trade.position.symbol in held:
                yield f"{name} is sold short against the box (26 USC 1259)"
            if trade.units % SHARE and one.run.question.step == SHARE:
                yield f"{name}: a part of a share is sold short"
    yield from margins(one)
    aside = set_aside(short_positions_json(one.run))
    free, left = aside.beside(proposal.cash_before), aside.after_cents()
    for name, cents in left.items():
        if proposal.cash_after[name] - cents < min(0, free[name]):
            yield f"{name} has {proposal.cash_after[name]} and plan.json sets {cents} aside"


def margins(one: Rebalanced) -> Iterator[str]:
    """Cash that is less than the margin of what is owed, and purchases of what is owed."""
    proposal, plan = one.run.proposal, one.run.plan
    day = proposal.as_of
    before, after = owed_cents(one, replay_record(one.record, as_of=day)), executed(one)
    for account, cents in owed_cents(one, after).items():
        had = before.get(account, 0)
        if account not in proposal.cash_before:
            continue  # marked to market: no rebalance looks at it
        ratio = proposal.cash_before[account] / had if had else REGULATION_T
        least = min(REGULATION_T, max(MAINTENANCE, ratio))
        is_margined = proposal.cash_after[account] >= least * cents - 100
        if not is_margined and proposal.cash_before[account] >= MAINTENANCE * had:
            yield f"{account} has {proposal.cash_after[account]} for {cents} that it owes"
    bought = {t.position.symbol for t in proposal.trades if str(t.action) == "BUY"}
    still = {lot.symbol for lot in open_lots(after)} & bought
    owed = {
        symbol
        for at in short_lots_of(after).position.tolist()
        for account, symbol, way in [after.blueprint.places[at]]
        if way == OWED and plan.index.accounts[account].household == plan.name
    }
    if still & owed:
        yield f"{still & owed} is bought while it is owed"


def checked(seeds: Iterable[int]) -> int:
    """How many households cover; every plan is checked."""
    covers = 0
    for seed in seeds:
        one = planned(seed)
        if one is not None:
            assert [*broken(one), *short_rules(one)] == []
            actions = {trade.action for trade in one.run.proposal.trades}
            covers += ShortSide.BUY_TO_COVER in actions
    return covers


def test_plans_with_short_positions_keep_promise_margin_and_law() -> None:
    assert checked([7, 23, 41, 48, 57, 100, 128])


HOUSEHOLDS = int(os.environ.get("SHORT_HOUSEHOLDS", "120"))


@pytest.mark.slow
@pytest.mark.parametrize("chunk", range(HOUSEHOLDS // 20))
def test_many_plans_with_short_positions_keep_promise_margin_and_law(chunk: int) -> None:
    start = 200 + 20 * chunk
    checked(range(start, start + 20))
