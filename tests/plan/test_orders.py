"""Orders, lot instructions, restrictions and switch-backs of a plan."""

import re
from datetime import date

import pytest
from tests.plan.situations import World, account, days_ago, units

from taxlots.domain.harvest_rule import HarvestRule, PartlyWashed, SwitchBackPolicy
from taxlots.domain.order import Side
from taxlots.domain.restriction import Force, Origin, Restriction, RestrictionKind
from taxlots.domain.security import Security, SecurityKind

PRICES = {"ABC": "8", "ABC-B": "9", "ABC-C": "1", "XYZ": "20", "XYZ-B": "20", "OTHER": "5"}
SALE_PLUS_31 = date(2021, 1, 31)


def world(**fields: object) -> World:
    made = World(PRICES, proxies=[("ABC", "XYZ")], **fields)  # type: ignore[arg-type]
    made.securities["ABC"] = Security(symbol="ABC", cusip="000000001")
    made.securities["XYZ"] = Security(symbol="XYZ", cusip="000000002")
    return made


def test_each_lot_is_sold_by_name_then_the_proxy_is_bought() -> None:
    w = world()
    w.lot("one", 100, "ABC", "1234.56", date(2019, 3, 4))
    w.lot("two", "10.5", "ABC", 200, date(2019, 6, 7))
    sale, second, purchase = w.plan().orders
    assert (sale.side, sale.symbol, sale.cusip) == (Side.SELL, "ABC", "000000001")
    assert (sale.quantity, sale.lot_quantity) == (units(100), units(100))
    assert (sale.tax_lot_method, sale.lot_id) == ("SPECIFIC", "one")
    assert (sale.lot_open_date, sale.lot_unit_cost) == (date(2019, 3, 4), 12_3456)
    assert sale.reason == "harvest a long-term loss of 434.56"
    assert (second.lot_id, second.quantity) == ("two", units("10.5"))
    assert (purchase.side, purchase.symbol, purchase.cusip) == (Side.BUY, "XYZ", "000000002")
    assert purchase.quantity == units(44)  # 884.00 dollars at 20.
    assert (purchase.tax_lot_method, purchase.lot_id) == ("", "")
    assert purchase.reason == "proxy of rank 1 for ABC"


def test_reg_1_1012_1_c_every_sale_has_its_lot_instruction() -> None:
    w = world()
    w.lot("one", 100, "ABC", 1234, date(2019, 3, 4))
    w.lot("two", 10, "ABC", 200, date(2019, 6, 7), "spouse")
    proposal = w.plan()
    sales = [order for order in proposal.orders if order.side is Side.SELL]
    assert [i.client_order_id for i in proposal.lot_instructions] == [
        order.client_order_id for order in sales
    ]
    first = proposal.lot_instructions[0]
    assert (first.lot_id, first.versus_purchase) == ("one", date(2019, 3, 4))
    assert (first.quantity, first.lot_unit_cost) == (units(100), 12_3400)


def test_the_parts_of_one_lot_are_one_order() -> None:
    w = world()
    w.lot("lot", 40, "ABC", 500, 400, is_replacement=True)
    w.lot("lot", 60, "ABC", 600, 400, rank=0)
    sale = w.plan().orders[0]
    assert (sale.quantity, sale.lot_quantity, sale.lot_unit_cost) == (
        units(100),
        units(100),
        11_0000,
    )


def test_order_ids_are_short_distinct_and_the_same_each_time() -> None:
    w = world()
    w.lot("one", 100, "ABC", 1000)
    w.lot("two", 100, "ABC", 1000)
    w.lot("three", 100, "ABC", 1000, where="spouse")
    ids = [order.client_order_id for order in w.plan().orders]
    assert len(set(ids)) == len(ids) == 5
    assert all(re.fullmatch(r"H201231[0-9a-f]{12}", order_id) for order_id in ids)
    assert ids == [order.client_order_id for order in w.plan().orders]


def test_sales_of_identical_securities_stand_in_order_of_acquisition() -> None:
    w = world()
    w.proxies = [("ABC", "XYZ"), ("ABC-B", "XYZ"), ("OTHER", "XYZ")]
    w.group("abc", "ABC", "ABC-B")
    w.lot("1", 100, "ABC-B", 1000, where="spouse")
    w.lot("2", 100, "OTHER", 1000)
    w.lot("3", 100, "ABC", 1000)
    sales = [order.lot_id for order in w.plan().orders if order.side is Side.SELL]
    assert sales == ["1", "3", "2"]


def test_a_deferred_part_is_told_on_the_order() -> None:
    w = world(rule=HarvestRule(partly_washed=PartlyWashed.SELL))
    w.lot("lot", 100, "ABC", 1000)
    w.bought("late", 25, "ABC", 3)
    assert w.plan().orders[0].reason == (
        "harvest a long-term loss of 200.00, of which 50.00 is deferred by a wash sale"
    )


def found(
    w: World, kind: RestrictionKind, origin: Origin | None = None
) -> dict[tuple[str, str], Restriction]:
    """(account, symbol) -> restriction."""
    return {
        (r.account, r.symbol): r
        for r in w.plan().restrictions
        if r.kind is kind and origin in (None, r.origin)
    }


ALL_ACCOUNTS = ("main", "joint", "spouse", "ira", "roth", "kid")


class TestDoNotBuy:
    """Until sale + 31, in every account, whatever would replace the loss."""

    def test_every_security_of_the_group_in_every_account_of_the_household(self) -> None:
        w = world()
        w.group("abc", "ABC", "ABC-B")
        w.securities["ABC-C"] = Security(
            symbol="ABC-C", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100
        )
        w.accounts["theirs"] = account("theirs", household="next-door")
        w.lot("lot", 100, "ABC", 1000)
        rows = found(w, RestrictionKind.DO_NOT_BUY)
        assert set(rows) == {
            (name, symbol) for name in ALL_ACCOUNTS for symbol in ("ABC", "ABC-B", "ABC-C")
        }
        assert {r.until for r in rows.values()} == {SALE_PLUS_31}
        assert {r.force for key, r in rows.items() if key[0] != "kid"} == {Force.MUST}

    def test_a_childs_account_is_advised(self) -> None:
        w = world()
        w.lot("lot", 100, "ABC", 1000)
        row = found(w, RestrictionKind.DO_NOT_BUY)["kid", "ABC"]
        assert (row.force, row.note) == (Force.ADVISED, "another taxpayer's account")

    def test_a_fund_on_the_same_index_too_unless_allowed(self) -> None:
        for allowed, symbols in ((False, {"ABC", "OTHER"}), (True, {"ABC"})):
            w = world(rule=HarvestRule(allow_same_index=allowed))
            w.securities["ABC"] = Security(symbol="ABC", index="S&P 500")
            w.securities["OTHER"] = Security(symbol="OTHER", index="S&P 500")
            w.lot("lot", 100, "ABC", 1000)
            assert {symbol for _, symbol in found(w, RestrictionKind.DO_NOT_BUY)} == symbols

    def test_losses_realized_before_count_until_their_own_day_31(self) -> None:
        w = world()
        w.sold_at_a_loss("sale", 10, "OTHER", 13)
        rows = found(w, RestrictionKind.DO_NOT_BUY)
        assert {name for name, _ in rows} == set(ALL_ACCOUNTS)
        assert {r.until for r in rows.values()} == {days_ago(13 - 31)}
        assert rows["ira", "OTHER"].because == ("sale",)
        assert rows["ira", "OTHER"].origin is Origin.BOOKS

    def test_the_later_of_two_causes_stands_and_both_are_named(self) -> None:
        w = world()
        w.sold_at_a_loss("sale", 10, "ABC", 13)
        w.lot("lot", 100, "ABC", 1000)
        proposal = w.plan()
        row = found(w, RestrictionKind.DO_NOT_BUY)["ira", "ABC"]
        assert (row.until, row.origin) == (SALE_PLUS_31, Origin.PLAN)
        assert row.because == (proposal.orders[0].client_order_id, "sale")

    def test_what_would_buy_by_itself_is_to_be_stopped(self) -> None:
        w = world()
        w.change("ira", drip=True)
        w.lot("in-ira", 5, "OTHER", 10, where="ira")
        w.will("recurring", "OTHER", 10, "ira", quantity="2")
        w.will("recurring", "OTHER", 28, "ira", quantity="2")
        w.sold_at_a_loss("sale", 10, "OTHER", 13)
        rows = found(w, RestrictionKind.DO_NOT_BUY)
        assert rows["ira", "OTHER"].note == (
            "switch off the reinvestment of its dividends; stop the recurring of 2021-01-10"
        )
        assert rows["main", "OTHER"].note == ""


class TestDoNotSellAtALoss:
    """Until purchase + 31, in every account, whatever the purchase would replace."""

    def test_every_security_of_the_proxys_group_in_every_account(self) -> None:
        w = world()
        w.group("xyz", "XYZ", "XYZ-B")
        w.lot("lot", 100, "ABC", 1000)
        rows = found(w, RestrictionKind.DO_NOT_SELL_AT_A_LOSS)
        assert set(rows) == {(name, s) for name in ALL_ACCOUNTS for s in ("XYZ", "XYZ-B")}
        assert {r.until for r in rows.values()} == {SALE_PLUS_31}
        assert rows["spouse", "XYZ-B"].force is Force.MUST

    def test_in_an_ira_nothing_depends_on_it(self) -> None:
        w = world()
        w.lot("lot", 100, "ABC", 1000)
        row = found(w, RestrictionKind.DO_NOT_SELL_AT_A_LOSS)["ira", "XYZ"]
        assert row.force is Force.ADVISED
        assert row.note == "a loss in this account is no capital loss"

    def test_purchases_made_before_count_where_another_lot_is_held(self) -> None:
        w = world()
        w.lot("old", 10, "OTHER", 10)
        w.lot("new", 10, "OTHER", 10, 13, "spouse")
        rows = found(w, RestrictionKind.DO_NOT_SELL_AT_A_LOSS, Origin.BOOKS)
        assert set(rows) == {("main", "OTHER")}
        assert rows["main", "OTHER"].until == days_ago(13 - 31)
        assert rows["main", "OTHER"].because == ("new",)


class TestSwitchBack:
    """The sold security may come back on sale + 31."""

    def test_one_for_each_position(self) -> None:
        w = world()
        w.lot("one", 100, "ABC", 1000)
        w.lot("two", 50, "ABC", 500)
        proposal = w.plan()
        (row,) = proposal.switch_backs
        assert (row.symbol, row.sold_quantity, row.sold_on) == (
            "ABC",
            units(150),
            date(2020, 12, 31),
        )
        assert (row.proxy, row.proxy_quantity) == ("XYZ", units(60))
        assert row.proxy_order_id == proposal.orders[-1].client_order_id
        assert row.first_day == SALE_PLUS_31
        assert row.proxy_long_term_from == date(2022, 1, 1)
        assert row.policy.startswith("switch back on the first day if")

    @pytest.mark.parametrize("policy", list(SwitchBackPolicy))
    def test_by_the_policy_of_the_rule(self, policy: SwitchBackPolicy) -> None:
        w = world(rule=HarvestRule(switch_back=policy))
        w.lot("one", 100, "ABC", 1000)
        assert len(w.plan().switch_backs) == (policy is not SwitchBackPolicy.NEVER)
