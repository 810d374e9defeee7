"""Routed cash and located holdings, executed: what was promised is realized, and no loss goes.

Random households with targets get a deposit, need money, or are located on a random day.  The
trades are appended to the journal as executed at the closes.  Gains must then be those promised,
to the cent, and no purchase may have replaced a loss, whosever it was.
"""

import random
from dataclasses import replace
from datetime import date

import pytest
from tests.book.booked import first_rows
from tests.histories import random_history
from tests.plan.test_harvest_promise import SIZES, priced

from taxlots.book.booking import Books
from taxlots.book.record import Record
from taxlots.book.results import realized_of, wash_sales_of
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.what_if import with_rows
from taxlots.workflows.cash import page_of as cash_page
from taxlots.workflows.cash import routed
from taxlots.workflows.cash_asked import CashAsked
from taxlots.workflows.guard import prepare
from taxlots.workflows.household_plan import HouseholdPlan, plan_of
from taxlots.workflows.locate import located
from taxlots.workflows.locate import page_of as location_page
from taxlots.workflows.replay import replay_record

CLASSES = ("us", "abroad", "bonds")


def with_targets(record: Record, rng: random.Random) -> Record:
    """Each security in one of three classes, or in none, and a target for each class."""
    securities = {
        name: replace(one, asset_class=rng.choice([*CLASSES, *CLASSES, ""]))
        for name, one in record.securities.items()
    }
    weights = [rng.randint(1, 6) for _ in CLASSES]
    targets = [
        {
            "household": household,
            "asset_class": name,
            "weight": f"{weight / sum(weights):.4f}"[:6],
            "band_high": "1" if rng.random() < 0.7 else "",
        }
        for household in sorted({account.household for account in record.accounts})
        for name, weight in zip(CLASSES, weights, strict=True)
    ]
    return replace(record, securities=securities, targets=tuple(targets))


def planned(seed: int, profile: str) -> tuple[HouseholdPlan, Record, random.Random] | None:
    """A random household on a random day; None where its books have errors."""
    rng = random.Random(seed)  # noqa: S311 (no secret)
    history = random_history(seed, SIZES[profile], profile)
    rows = rng.randint(len(history.rows) // 2, len(history.rows))
    record = first_rows(history, rows)
    day = max(date.fromisoformat(row["date"]) for row in history.rows[:rows])
    record = with_targets(priced(record, rng, day, {}), rng)
    try:
        prepared = prepare(replay_record(record, as_of=day))
        return plan_of(prepared, record.accounts[0].household), record, rng
    except DataError:
        return None


def cash_rows(plan: HouseholdPlan, rng: random.Random) -> list[dict[str, str]]:
    """The trades of a deposit or a withdrawal, sales first."""
    account = rng.choice([a.id for a in plan.accounts])
    amount = f"{rng.randint(1_000, 2_000_000) / 100:.2f}"
    asked = CashAsked(deposit=amount, account=account)
    if rng.random() < 0.5:
        asked = CashAsked(withdraw=amount, account=account if rng.random() < 0.3 else None)
    page = cash_page(routed(plan, replace(asked, has_fractions=rng.random() < 0.5))).json
    sales = [sale | {"action": "SELL"} for sale in page["sales"]]
    return [*sales, *(buy | {"action": "BUY", "order": ""} for buy in page["purchases"])]


def location_rows(plan: HouseholdPlan, rng: random.Random) -> list[dict[str, str]]:
    """The trades of a location."""
    page = location_page(located(plan, keep_mix=rng.random() < 0.5)).json
    return [move | {"action": move["side"].upper()} for move in page["moves"]]


def executed(plan: HouseholdPlan, record: Record, trades: list[dict[str, str]]) -> Books:
    """The books once the trades are made at the end of the day."""
    rows = [
        {
            "id": f"planned-{number}",
            "date": plan.as_of.isoformat(),
            "time": "23:59:59",
            "account": trade["account"],
            "symbol": trade["symbol"],
            "action": trade["action"],
            "quantity": trade["quantity"],
            "amount": trade["amount"],
            "lots": trade["order"],
        }
        for number, trade in enumerate(trades)
    ]
    return replay_record(with_rows(record, rows), as_of=plan.as_of)


@pytest.mark.parametrize("profile", ["trades", "all"])
@pytest.mark.parametrize("what", [cash_rows, location_rows])
def test_trades_realize_what_was_promised_and_no_purchase_washes_a_loss(
    profile: str, what: object
) -> None:
    made = 0
    for seed in range(12):
        found = planned(seed, profile)
        if found is None:
            continue
        plan, record, rng = found
        assert callable(what)
        try:
            trades = what(plan, rng)
        except (UsageError, DataError):
            continue
        if not trades:
            continue
        made += len(trades)
        books = executed(plan, record, trades)
        realized = realized_of(books)
        names = {f"planned-{n}": n for n in range(len(trades))}
        gains = dict.fromkeys(names, 0)
        for at, row in enumerate(realized.sale_row.tolist()):
            name = books.journal.id(row)
            if name in gains:
                gains[name] += int(realized.gain[at])
        promised = sum(round(float(t.get("gain") or 0) * 100) for t in trades)
        assert sum(gains.values()) == promised, f"{profile} {seed}"
        washed = {
            books.journal.id(row) for row in wash_sales_of(books).replacement_lot_row.tolist()
        } & set(names)
        assert not washed, f"{profile} {seed}"
    assert made, "random households have something to trade"
