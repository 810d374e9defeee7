"""Short positions in a rebalance: what the law, the margin and the mandate make of them.

Every promise is held to the books: see also ``test_short_promise``.
"""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.workflows.short_books import DAY, LONG, MAY_SHORT, SHORT, planned, short_book, traded

from taxlots.domain.order import ShortSide, Side
from taxlots.domain.problem import DataError, UsageError
from taxlots.plan.rebalance.few_names import counted
from taxlots.plan.rebalance.proposal import instructions_of, orders_of
from taxlots.reports.order_rows import instruction_row
from taxlots.workflows.rebalance import RebalanceRun
from taxlots.workflows.rebalance_asked import RebalanceAsked
from taxlots.workflows.schedule_limits import held_weights

NEW_YEARS_EVE = date(2021, 12, 31)


def told(run: RebalanceRun) -> str:
    return "\n".join(run.proposal.told)


def is_margined(run: RebalanceRun, percent: int = 150) -> bool:
    """Whether the cash of the margin account is so much of what it owes after the plan."""
    owed = sum(
        one.market_cents(one.quantity) for one in run.question.positions if one.short and one.lots
    )
    for one in run.proposal.trades:
        owed -= one.bought_cents if one.position.short else 0
    return run.proposal.cash_after["m"] * 100 >= percent * owed


def test_covering_is_an_ordinary_trade_with_the_tax_of_its_short_lots(tmp_path: Path) -> None:
    """26 USC 1233(a): the loss of 55 - 60 is realized; the gain of 80 - 60 is left alone."""
    run = planned(short_book(tmp_path, *SHORT))
    cover = next(one for one in run.proposal.trades if one.action is ShortSide.BUY_TO_COVER)
    assert cover.lots == "s2:100"
    booked = next(one for one in run.proposal.sales if one.request.symbol == "SSS")
    assert [one.gain_cents for one in booked.outcomes] == [-500_00]
    (said,) = run.proposal.returns
    assert said.short_cents == sum(
        one.gain_cents for sale in run.proposal.sales for one in sale.outcomes
    )
    assert "26 USC 1091(e)" in told(run)
    assert is_margined(run)


def test_orders_and_lot_instructions_name_the_short_sale_that_is_closed(tmp_path: Path) -> None:
    run = planned(short_book(tmp_path, *SHORT))
    order = next(one for one in orders_of(run.proposal) if one.symbol == "SSS")
    assert order.side is ShortSide.BUY_TO_COVER
    assert (order.lot_id, order.lot_unit_cost) == ("s2", 55_0000)
    rows = [instruction_row(one) for one in instructions_of(run.proposal)]
    (said,) = [row["instruction"] for row in rows if row["symbol"] == "SSS"]
    assert said == "cover 100 SSS versus short sale of 2021-02-05 at 55.00"


def test_a_loss_that_another_short_sale_replaces_is_not_taken(tmp_path: Path) -> None:
    """26 USC 1091(e)(2): another short sale within 30 days disallows it."""
    again = "s3,2021-06-21,m,SSS,SELL_SHORT,10,61"
    run = planned(short_book(tmp_path, *SHORT, again))
    assert not any(sale.lot.lot_id == "s2" for one in run.proposal.trades for sale in one.sales)
    lots = {lot.lot_id: lot for one in run.question.positions for lot in one.lots}
    assert "disallowed before 2021-07-22" in lots["s2"].bar
    assert not lots["s1"].bar


def test_a_loss_within_thirty_days_of_a_sale_is_not_taken(tmp_path: Path) -> None:
    """26 USC 1091(e)(1): selling the same shares disallows it as well."""
    sold = ("b9,2021-06-01,ira,SSS,BUY,10,60", "x9,2021-06-22,ira,SSS,SELL,10,61")
    run = planned(short_book(tmp_path, *SHORT, *sold))
    lots = {lot.lot_id: lot for one in run.question.positions for lot in one.lots}
    assert "SSS was sold in ira" in lots["s2"].bar


def test_a_loss_is_one_of_the_day_of_delivery(tmp_path: Path) -> None:
    """Rev. Rul. 2002-44: covered on New Year's Eve, a loss is one of the next year."""
    run = planned(short_book(tmp_path, *SHORT, day=NEW_YEARS_EVE), NEW_YEARS_EVE)
    lots = {lot.lot_id: lot for one in run.question.positions for lot in one.lots}
    assert "next year" in lots["s2"].bar
    assert not lots["s1"].bar


def test_a_loss_is_long_term_where_the_same_was_held_for_more_than_a_year(tmp_path: Path) -> None:
    """26 USC 1233(d)."""
    box = (
        "b8,2019-01-02,m,SSS,BUY,100,50",
        "s8,2020-10-05,m,SSS,SELL_SHORT,100,45",
    )
    run = planned(short_book(tmp_path, *box, toml="[rebalance.mandate.shorts.borrow]\nSSS = 60"))
    lots = {lot.lot_id: lot for one in run.question.positions if one.short for lot in one.lots}
    assert lots["s8"].is_long
    assert lots["s8"].gain_cents == -1_500_00


def test_a_short_sale_ties_up_what_regulation_t_asks(tmp_path: Path) -> None:
    """12 CFR 220.12(c): its proceeds stay, and half of them beside."""
    run = planned(short_book(tmp_path, toml=MAY_SHORT))
    assert ("SELL_SHORT", "SSS") in traded(run)
    assert is_margined(run)
    (limit,) = [one for one in run.proposal.limits if one.name == "short limit of m"]
    assert limit.is_kept
    owed = sum(one.cents for one in run.proposal.trades if one.position.short)
    assert owed <= 0.10 * (40_000_00 + 40_000_00 + 24_000_00 + 16_000_00)
    assert "26 USC 263(h)" in told(run)


def test_nobody_sells_short_without_a_mandate(tmp_path: Path) -> None:
    views = MAY_SHORT.partition("[rebalance.mandate.shorts]")[0]
    run = planned(short_book(tmp_path, toml=views))
    assert not any(one.position.short for one in run.proposal.trades)


def test_what_is_held_anywhere_in_the_household_is_not_sold_short(tmp_path: Path) -> None:
    """26 USC 1259(c)(1)(A): a short sale of appreciated shares that are held is a sale of them."""
    held = "b7,2020-01-02,ira,SSS,BUY,1,50"
    named = MAY_SHORT + 'symbols = ["SSS", "TTT"]\n'
    run = planned(short_book(tmp_path, held, toml=named))
    assert "SELL_SHORT" not in {action for action, symbol in traded(run) if symbol == "SSS"}
    assert "SSS is not sold short: SSS is held in ira" in told(run)
    assert "26 USC 1259" in told(run)


def test_a_short_sale_that_would_disallow_a_loss_on_covering_waits(tmp_path: Path) -> None:
    """26 USC 1091(e)(2), looking back."""
    closed = (*SHORT, "c1,2021-06-21,m,SSS,BUY_TO_COVER,250,70")
    named = MAY_SHORT + 'symbols = ["SSS"]\n'
    run = planned(short_book(tmp_path, *closed, toml=named))
    assert not any(one.position.short for one in run.proposal.trades)
    assert "covered at a loss in m" in told(run)


def test_nothing_is_bought_of_what_is_owed(tmp_path: Path) -> None:
    """26 USC 1233(b)(2): what is bought meanwhile begins its holding period at the closing."""
    alone = LONG[2].replace("CCC", "SSS")
    run = planned(short_book(tmp_path, *SHORT, alone.replace("b3", "b6").replace(",m,", ",ira,")))
    assert ("BUY", "SSS") not in traded(run)


def test_with_less_than_the_margin_nothing_more_is_sold_short(tmp_path: Path) -> None:
    run = planned(short_book(tmp_path, *SHORT, toml=MAY_SHORT, cash="21000"))
    assert not any(one.action is ShortSide.SELL_SHORT for one in run.proposal.trades)
    assert "nothing more is sold short there" in told(run)
    assert is_margined(run, 139)


def test_margin_that_rests_on_securities_is_left_alone(tmp_path: Path) -> None:
    run = planned(short_book(tmp_path, *SHORT, cash="9000"))
    assert not any(one.position.short for one in run.proposal.trades)
    assert "left alone and that cash is not spent" in told(run)
    assert run.proposal.cash_after["m"] >= 9_000_00


def test_dear_borrowing_makes_a_plan_cover(tmp_path: Path) -> None:
    """A fee of 90 % a year is worth the tax on a gain of a quarter."""
    table = MAY_SHORT.replace("SSS = -8", "SSS = 0").replace("10\n", "40\n")
    dear = planned(short_book(tmp_path / "dear", *SHORT, toml=f"{table}borrow = {{SSS = 90}}\n"))
    assert traded(dear)["BUY_TO_COVER", "SSS"] == 250 * 60_00
    cheap = planned(short_book(tmp_path / "cheap", *SHORT, toml=f"{table}borrow_percent = 0\n"))
    assert traded(cheap).get(("BUY_TO_COVER", "SSS"), 0) < 250 * 60_00


@pytest.mark.parametrize(
    ("override", "most_cents"),
    [
        ("o,lock,SSS,m,,,Ann,wait", 0),
        ("o,exclude,SSS,m,buy,,Ann,wait", 0),
        ("o,cap,SSS,m,buy,3000,Ann,slowly", 3_000_00),
    ],
)
def test_people_keep_a_short_position_as_they_say(
    tmp_path: Path, override: str, most_cents: int
) -> None:
    run = planned(short_book(tmp_path, *SHORT, overrides=override))
    assert traded(run).get(("BUY_TO_COVER", "SSS"), 0) <= most_cents
    assert "by Ann" in told(run)


@pytest.mark.parametrize(
    ("override", "lots", "cents"),
    [
        ("o,force,SSS,m,buy,3000,Ann,now", "s2:50", 3_000_00),
        ("o,force,SSS,,buy,9030,Ann,now", "s2:100;s1:50", 9_000_00),
        ("o,force,SSS,m,buy,15000,Ann,now", "s2:100;s1:150", 15_000_00),
    ],
)
def test_people_force_covers(tmp_path: Path, override: str, lots: str, cents: int) -> None:
    """In whole shares, of the lots that the plan takes first; only m owes any SSS."""
    run = planned(short_book(tmp_path, *SHORT, overrides=override))
    (cover,) = [one for one in run.proposal.trades if one.position.short]
    assert (cover.action, cover.lots, cover.cents) == (ShortSide.BUY_TO_COVER, lots, cents)
    assert "without o alone the plan is better by" in told(run)
    assert is_margined(run)


def test_people_force_short_sales_within_the_mandate(tmp_path: Path) -> None:
    run = planned(short_book(tmp_path, toml=MAY_SHORT, overrides="o,force,TTT,m,sell,3000,Ann,now"))
    assert traded(run)["SELL_SHORT", "TTT"] == 3_000_00
    assert is_margined(run)
    (limit,) = [one for one in run.proposal.limits if one.name == "short limit of m"]
    assert limit.is_kept


def test_a_forced_sale_of_what_is_held_is_no_short_sale(tmp_path: Path) -> None:
    run = planned(short_book(tmp_path, toml=MAY_SHORT, overrides="o,force,AAA,m,sell,3000,Ann,now"))
    assert traded(run)["SELL", "AAA"] == 3_000_00


@pytest.mark.parametrize(
    ("override", "why"),
    [
        ("o,force,SSS,m,buy,16000,Ann,now", "15000.00 of it is owed in m; the most"),
        ("o,force,SSS,m,sell,3000,Ann,now", "the mandate does not let it be sold short here"),
    ],
)
def test_forced_trades_beyond_what_is_owed_or_allowed_are_refused(
    tmp_path: Path, override: str, why: str
) -> None:
    with pytest.raises(UsageError, match=why):
        planned(short_book(tmp_path, *SHORT, overrides=override))


def test_a_forced_cover_takes_no_loss_that_the_law_disallows(tmp_path: Path) -> None:
    """26 USC 1091(e)(2): s2 stands at a loss, and s3 was sold short nine days before."""
    again = "s3,2021-06-21,m,SSS,SELL_SHORT,10,61"
    book = short_book(tmp_path, *SHORT, again, overrides="o,force,SSS,m,buy,15000,Ann,now")
    with pytest.raises(UsageError, match=r"s2 is not covered: SSS was sold in m.*9600\.00"):
        planned(book)


@pytest.mark.parametrize(("key", "most"), [("most_trades", 1), ("most_trades", 2)])
def test_what_is_covered_is_one_of_few_trades(tmp_path: Path, key: str, most: int) -> None:
    run = planned(short_book(tmp_path, *SHORT, toml=f"[rebalance.mandate]\n{key} = {most}"))
    assert 0 < counted(run.proposal.solution).traded <= most
    assert is_margined(run)


@pytest.mark.parametrize("most", [2, 3])
def test_what_is_owed_is_one_of_few_names(tmp_path: Path, most: int) -> None:
    """AAA, BBB, CCC are held and SSS is owed; what is not to be is sold, or covered, whole."""
    table = f"[rebalance.mandate]\nmost_names = {most}\n"
    run = planned(short_book(tmp_path, *SHORT, toml=table, cash="60000"))
    assert counted(run.proposal.solution).held == most
    for one in run.proposal.trades:
        assert one.units == one.position.quantity or one.side is Side.BUY or most != 2
    assert is_margined(run)


@given(
    seed=st.integers(0, 10_000),
    units=st.integers(10, 300),
    most=st.integers(1, 4),
    key=st.sampled_from(["most_names", "most_trades"]),
)
@settings(
    max_examples=8, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_few_names_with_short_positions_are_few_or_told(
    tmp_path: Path, seed: int, units: int, most: int, key: str
) -> None:
    row = f"s1,2020-10-05,m,SSS,SELL_SHORT,{units},70"
    head, _, shorts = MAY_SHORT.partition("[rebalance.mandate.shorts]")
    toml = f"{head}[rebalance.mandate]\n{key} = {most}\n[rebalance.mandate.shorts]{shorts}"
    run = planned(short_book(tmp_path, row, toml=toml, seed=seed))
    found = counted(run.proposal.solution)
    count, did = (found.held, "held") if key == "most_names" else (found.traded, "traded")
    assert count <= most or f"at most {most} securities are to be {did}" in told(run)
    assert is_margined(run, 149)


def test_what_knows_no_shorts_is_refused(tmp_path: Path) -> None:
    book = short_book(tmp_path / "staggered", *SHORT, toml=MAY_SHORT)
    with pytest.raises(UsageError, match="--tranches"):
        planned(book, asked=RebalanceAsked(tranches=3))


def test_tranches_leave_what_is_owed_as_it_is(tmp_path: Path) -> None:
    run = planned(short_book(tmp_path, *SHORT), asked=RebalanceAsked(tranches=3))
    assert not {symbol for _, symbol in traded(run)} & {"SSS"}
    assert "what is owed of SSS stays as it is" in told(run)


def test_limits_by_session_count_what_is_owed_below_zero(tmp_path: Path) -> None:
    """250 SSS at 60 are owed: a limit on SSS sees that, and not the margin behind it."""
    run = planned(short_book(tmp_path, *SHORT), asked=RebalanceAsked(tranches=3))
    nav = run.proposal.solution.household.nav_cents
    held = held_weights(run.question.positions, nav)
    assert held["m", "SSS"] == pytest.approx(-15_000_00 / nav)
    assert held["m", "AAA"] == pytest.approx(40_000_00 / nav)


def test_an_ira_is_never_short(tmp_path: Path) -> None:
    """26 USC 408(e)(4)."""
    table = MAY_SHORT.replace('accounts = ["m"]', 'accounts = ["m", "ira"]')
    with pytest.raises(DataError) as caught:
        planned(short_book(tmp_path, toml=table))
    (problem,) = caught.value.problems
    assert "408(e)(4)" in problem.message
    assert problem.where.endswith("mandate.shorts:accounts")


@given(
    seed=st.integers(0, 10_000),
    units=st.integers(1, 400),
    price=st.integers(30, 110),
    cash=st.integers(20_000, 90_000),
    most=st.sampled_from([0, 5, 30]),
)
@settings(
    max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
def test_whatever_is_owed_the_margin_is_kept_and_the_worth_adds_up(
    tmp_path: Path, seed: int, units: int, price: int, cash: int, most: int
) -> None:
    row = f"s1,2020-10-05,m,SSS,SELL_SHORT,{units},{price}"
    toml = MAY_SHORT.replace("most_percent = 10", f"most_percent = {most}")
    run = planned(short_book(tmp_path, row, toml=toml, cash=str(cash), seed=seed))
    household = run.proposal.solution.household
    held = 800 * 50 + 300 * 80 + 700 * 40
    owed = 60 * units
    if cash < 1.3 * owed:
        assert not any(one.position.short for one in run.proposal.trades)
        return
    assert household.nav_cents == (held + cash + 500 - owed) * 100
    assert is_margined(run, 149 if cash >= 1.5 * owed else 130)
    for said in run.proposal.returns:
        booked = [one for sale in run.proposal.sales for one in sale.outcomes]
        assert said.short_cents + said.long_cents == sum(one.gain_cents for one in booked)
        assert said.disallowed_cents == 0
    for limit in run.proposal.limits:
        if limit.name.startswith("short limit"):
            assert limit.is_kept
            assert Decimal(limit.most).is_finite()
    assert run.proposal.as_of == DAY
