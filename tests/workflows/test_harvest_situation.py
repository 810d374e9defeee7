"""What a harvest knows of the books: shares by option, short sales, proxies that are held."""

from collections.abc import Iterable
from dataclasses import replace
from datetime import date

import pyarrow as pa
from tests.engine_adapter import record_of
from tests.histories import Cells, History

from taxlots.book.record import Record
from taxlots.domain.harvest_rule import Goal
from taxlots.domain.security import Proxy
from taxlots.domain.verdict import Reason
from taxlots.plan.year_tax import RatedYear, ReckonedYear
from taxlots.workflows.harvest import Harvest, harvest_books, situation_of
from taxlots.workflows.replay import replay_record

DAY = date(2023, 12, 15)
ACCOUNT = {"household": "H", "account": "A", "kind": "taxable", "owner": "self", "tax_return": "R"}
STOCKS = [{"symbol": name, "kind": "stock"} for name in ("ABC", "PRX")]
PUT = {
    "symbol": "ABC_P",
    "kind": "option",
    "underlying": "ABC",
    "put_call": "put",
    "multiplier": "100",
    "strike": "50",
    "expiry": "2024-01-19",
}


def record(rows: Iterable[Cells], **fields: object) -> Record:
    """A book of one account: ABC closes at 40 and its proxy at 10."""
    cells = [{"account": "A", **row} for row in rows]
    history = History([ACCOUNT], [*STOCKS, PUT], [], {}, cells)
    prices = {"date": [DAY.isoformat()] * 2, "symbol": ["ABC", "PRX"], "close": ["40", "10"]}
    proxies = (Proxy(symbol="ABC", proxy="PRX", rank=1),)
    found = replace(record_of(history), prices=pa.table(prices), proxies=proxies)
    return replace(found, **fields)  # type: ignore[arg-type]


def trade(name: str, day: str, action: str, symbol: str, quantity: str, price: str) -> Cells:
    return {
        "id": name,
        "date": day,
        "action": action,
        "symbol": symbol,
        "quantity": quantity,
        "price": price,
    }


OLD = trade("old", "2021-03-01", "BUY", "ABC", "100", "60")


def harvested(found: Record) -> Harvest:
    return harvest_books(replay_record(found, as_of=DAY))


def reasons(run: Harvest) -> dict[str, Reason]:
    return {verdict.lot.lot_id: verdict.reason for verdict in run.plan.verdicts}


def test_shares_by_assignment_of_a_put_stand_in_the_way() -> None:
    """26 USC 1091(a): the writer of a put acquires by purchase when it is assigned."""
    rows = [
        OLD,
        trade("written", "2023-10-02", "WRITE_OPTION", "ABC_P", "1", "2"),
        trade("assigned", "2023-12-01", "ASSIGN", "ABC_P", "1", "50"),
    ]
    assert reasons(harvested(record(rows)))["old"] is Reason.WASH_BLOCKED
    assert reasons(harvested(record([OLD])))["old"] is Reason.HARVEST


def test_shares_that_were_exchanged_by_a_ratio_still_stand_in_the_way() -> None:
    """28 became 56 of another class: 51 have replaced a loss, and 5 are left to replace one."""
    rows = [
        OLD,
        trade("week", "2023-12-01", "BUY", "ABC", "28", "45"),
        {
            "id": "exchange",
            "date": "2023-12-04",
            "action": "CLASS_EXCHANGE",
            "symbol": "ABC",
            "to_symbol": "ABC2",
            "quantity": "28",
            "ratio": "2",
            "lots": "week:28",
        },
        trade("sale", "2023-12-08", "SELL", "ABC", "51", "45") | {"lots": "old:51"},
    ]
    run = harvested(record(rows))
    (verdict,) = [v for v in run.plan.verdicts if v.lot.lot_id == "old"]
    assert verdict.reason is Reason.PARTIAL
    assert verdict.opportunity is not None
    assert verdict.opportunity.check.blocked_quantity == 5 * 10**8


def test_1233_b_shares_held_against_a_short_sale_are_left_alone() -> None:
    rows = [OLD, trade("short", "2023-11-20", "SELL_SHORT", "ABC", "10", "45")]
    found = reasons(harvested(record(rows)))
    assert found["old"] is Reason.AGAINST_SHORT


def test_a_proxy_of_an_earlier_harvest_is_found() -> None:
    rows = [
        OLD,
        trade("sale", "2023-09-01", "SELL", "ABC", "100", "45"),
        trade("proxy", "2023-09-01", "BUY", "PRX", "450", "10"),
        trade("else", "2023-10-01", "BUY", "PRX", "10", "10"),
    ]
    (row,) = harvested(record(rows)).plan.switch_backs
    assert (row.symbol, row.proxy_lot_id, row.sold_on) == ("ABC", "proxy", date(2023, 9, 1))
    assert row.first_day == DAY


def test_a_goal_of_the_year_starts_from_what_is_realized_and_carried_in() -> None:
    rows = [
        trade("gain", "2021-03-01", "BUY", "PRX", "100", "5"),
        OLD,
        trade("sale", "2023-06-01", "SELL", "PRX", "100", "15"),
    ]
    profile = {
        "tax_return": "R",
        "year": "2023",
        "filing_status": "single",
        "ordinary_income": "90000",
        "carry_long": "200",
    }
    goal = {"goal": "offset_gains"}
    found = record(rows, profiles=(profile,), harvest={"returns": {"R": goal}})
    run = harvested(found)
    (one,) = run.plan.returns
    assert (one.goal, one.wanted_cents, one.long_cents) == (Goal.OFFSET_GAINS, 800_00, 800_00)
    assert one.saved_cents == 120_00  # 15 % of 800
    situation, _ = situation_of(run.books)
    assert isinstance(situation.years["R"], ReckonedYear)


def test_later_years_are_as_the_rule_assumes_them() -> None:
    profile = {"tax_return": "R", "year": "2023", "short_rate": "0.4", "long_rate": "0.2"}
    harvest = {"later_sale_rate": "0", "years_to_sale": 10}
    run = harvested(record([OLD], profiles=(profile,), harvest=harvest))
    situation, _ = situation_of(run.books)
    year = situation.years["R"]
    assert isinstance(year, RatedYear)
    assert (year.later.sale_rate_ppm, year.later.years_to_sale) == (0, 10)
    (verdict,) = [v for v in run.plan.verdicts if v.lot.lot_id == "old"]
    assert verdict.opportunity is not None
    assert verdict.opportunity.value is not None
    assert verdict.opportunity.value.present_cents == 400_00
