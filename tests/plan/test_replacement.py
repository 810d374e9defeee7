"""Replacements: the first proxy by rank that is not refused, and a plan that agrees with itself."""

import pytest
from tests.plan.situations import World, account, opportunity, reasons, units

from taxlots.domain.harvest_rule import HarvestRule, WithoutReplacement
from taxlots.domain.order import Side
from taxlots.domain.policy import Policy
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.verdict import ProxyRefusal, Reason

PRICES = {"ABC": "8", "ONE": "30", "TWO": "7", "THREE": "1"}
TWO_PROXIES = [("ABC", "ONE"), ("ABC", "TWO")]


def world(proxies: list[tuple[str, ...]] | None = None, **fields: object) -> World:
    """100 ABC bought at 10, worth 8."""
    made = World(PRICES, proxies=proxies or TWO_PROXIES, **fields)  # type: ignore[arg-type]
    made.lot("lot", 100, "ABC", 1000)
    return made


def bought(w: World) -> list[tuple[str, int]]:
    return [(o.symbol, o.quantity) for o in w.plan().orders if o.side is Side.BUY]


def refused(w: World) -> dict[str, ProxyRefusal]:
    return dict(opportunity(w.plan(), "lot").replacement.refused)


def test_the_first_rank_is_bought_with_the_proceeds_in_whole_shares() -> None:
    assert bought(world()) == [("ONE", units(26))]


def test_or_in_fractions() -> None:
    assert bought(world(rule=HarvestRule(whole_shares=False))) == [("ONE", 2_666_666_666)]


def test_a_proxy_for_another_kind_of_account_is_passed_over() -> None:
    w = world([("ABC", "ONE", "custodial"), ("ABC", "TWO", "taxable")])
    assert bought(w) == [("TWO", units(114))]


def test_a_proxy_of_the_listed_group_is_refused() -> None:
    w = world()
    w.group("twins", "ABC", "ONE")
    assert refused(w) == {"ONE": ProxyRefusal.IDENTICAL}
    assert bought(w) == [("TWO", units(114))]


def test_the_security_itself_is_no_proxy() -> None:
    assert refused(world([("ABC", "ABC"), ("ABC", "TWO")])) == {"ABC": ProxyRefusal.IDENTICAL}


def test_a_call_on_the_security_is_no_proxy() -> None:
    w = world()
    w.securities["ONE"] = Security(
        symbol="ONE", kind=SecurityKind.OPTION, underlying="ABC", multiplier=100
    )
    assert refused(w) == {"ONE": ProxyRefusal.IDENTICAL}


@pytest.mark.parametrize(("allowed", "expected"), [(False, "TWO"), (True, "ONE")])
def test_d17_a_proxy_on_the_same_index_needs_leave(allowed: bool, expected: str) -> None:
    w = world(rule=HarvestRule(allow_same_index=allowed))
    for symbol in ("ABC", "ONE"):
        w.securities[symbol] = Security(symbol=symbol, index="S&P 500")
    assert [symbol for symbol, _ in bought(w)] == [expected]
    assert refused(w) == ({} if allowed else {"ONE": ProxyRefusal.SAME_INDEX})


def test_d17_the_lenient_reading_of_the_book_is_no_leave() -> None:
    """Pub. 550 asks for facts and circumstances: without an opinion nobody looked at them."""
    w = world(rule=HarvestRule(strict=False))
    for symbol in ("ABC", "ONE"):
        w.securities[symbol] = Security(symbol=symbol, index="S&P 500")
    assert refused(w) == {"ONE": ProxyRefusal.SAME_INDEX}


def test_d17_leave_does_not_override_the_books_own_policy() -> None:
    policy = Policy(same_index_identical=True)
    w = world(rule=HarvestRule(allow_same_index=True), policy=policy)
    for symbol in ("ABC", "ONE"):
        w.securities[symbol] = Security(symbol=symbol, index="S&P 500")
    assert refused(w) == {"ONE": ProxyRefusal.IDENTICAL}


@pytest.mark.parametrize("where", ["main", "spouse", "joint"])
def test_a_proxy_that_would_wash_a_waiting_loss_of_any_account_is_refused(where: str) -> None:
    w = world()
    w.sold_at_a_loss("sale", 1, "ONE", 12, where)
    assert refused(w) == {"ONE": ProxyRefusal.WASHES_WAITING_LOSS}


def test_so_is_one_that_is_identical_to_what_was_sold() -> None:
    w = world()
    w.group("twins", "ONE", "THREE")
    w.sold_at_a_loss("sale", 1, "THREE", 12)
    assert refused(w) == {"ONE": ProxyRefusal.WASHES_WAITING_LOSS}


def test_a_childs_waiting_loss_refuses_nothing() -> None:
    w = world()
    w.sold_at_a_loss("sale", 1, "ONE", 12, "kid")
    assert refused(w) == {}


def test_prices_and_exclusions() -> None:
    w = world(
        [("ABC", "NONE"), ("ABC", "ONE"), ("ABC", "TWO"), ("ABC", "THREE")],
        rule=HarvestRule(exclude=frozenset({"TWO"})),
        stale={"ONE"},
    )
    assert refused(w) == {
        "NONE": ProxyRefusal.NO_PRICE,
        "ONE": ProxyRefusal.STALE_PRICE,
        "TWO": ProxyRefusal.EXCLUDED,
    }
    assert bought(w) == [("THREE", units(800))]


def test_a_proxy_of_which_the_proceeds_buy_no_share_is_passed_over() -> None:
    w = World(PRICES, proxies=TWO_PROXIES)
    w.lot("lot", 3, "ABC", 100)
    assert bought(w) == [("TWO", units(3))]
    assert refused(w) == {"ONE": ProxyRefusal.TOO_DEAR}


def test_the_lots_of_a_position_buy_one_proxy_together() -> None:
    """Neither lot alone pays for a share of ONE."""
    w = World(PRICES, proxies=TWO_PROXIES)
    w.lot("lot", 3, "ABC", 100)
    w.lot("other", 2, "ABC", 100)
    assert bought(w) == [("ONE", units(1))]


def test_without_a_proxy_the_lot_stays() -> None:
    w = world([("DEF", "ONE")])
    proposal = w.plan()
    assert reasons(proposal) == {"lot": Reason.NO_REPLACEMENT}
    assert not proposal.orders


def test_or_is_sold_for_cash_where_the_rule_says_so() -> None:
    w = world([("DEF", "ONE")], rule=HarvestRule(without_replacement=WithoutReplacement.CASH))
    proposal = w.plan()
    assert reasons(proposal) == {"lot": Reason.HARVEST}
    assert [order.side for order in proposal.orders] == [Side.SELL]
    assert not proposal.switch_backs


class TestAPlanThatAgreesWithItself:
    """ABC and DEF are proxies of each other, and both stand at a loss."""

    def world(self, *more: tuple[str, ...], **fields: object) -> World:
        w = World(
            {"ABC": "8", "DEF": "8", "GHI": "8", "JKL": "8"},
            proxies=[("ABC", "DEF"), ("DEF", "ABC"), *more],
            **fields,  # type: ignore[arg-type]
        )
        w.lot("abc", 100, "ABC", 1000)
        w.lot("def", 100, "DEF", 1100)
        return w

    def test_the_greater_saving_comes_first_and_its_proxy_is_not_sold(self) -> None:
        w = self.world()
        assert reasons(w.plan()) == {"abc": Reason.BOUGHT_IN_PLAN, "def": Reason.HARVEST}
        assert [symbol for symbol, _ in bought(w)] == ["ABC"]

    def test_a_short_term_loss_may_be_the_greater_saving(self) -> None:
        w = self.world()
        w.lots.pop(0)
        w.lot("abc", 100, "ABC", 1000, 100)
        w.rates = (400_000, 200_000)
        assert reasons(w.plan()) == {"abc": Reason.HARVEST, "def": Reason.BOUGHT_IN_PLAN}

    def test_without_rates_the_greater_loss_comes_first(self) -> None:
        w = self.world(rates=(None, None))
        assert reasons(w.plan()) == {"abc": Reason.BOUGHT_IN_PLAN, "def": Reason.HARVEST}

    def test_what_is_sold_is_no_proxy_for_another(self) -> None:
        """DEF is sold for GHI first; then ABC may not buy DEF, and takes its second proxy."""
        w = self.world(("ABC", "JKL"))
        w.proxies = [("DEF", "GHI"), ("ABC", "DEF"), ("ABC", "JKL")]
        proposal = w.plan()
        assert set(reasons(proposal).values()) == {Reason.HARVEST}
        assert dict(opportunity(proposal, "abc").replacement.refused) == {
            "DEF": ProxyRefusal.SOLD_IN_PLAN
        }
        assert sorted(symbol for symbol, _ in bought(w)) == ["GHI", "JKL"]

    def test_it_holds_across_the_accounts_of_the_household(self) -> None:
        w = self.world()
        w.lots.pop(0)
        w.lot("abc", 100, "ABC", 1000, where="spouse")
        assert reasons(w.plan())["abc"] is Reason.BOUGHT_IN_PLAN

    def test_it_holds_for_what_is_identical_to_the_proxy(self) -> None:
        w = self.world()
        w.group("twins", "ABC", "JKL")
        w.lot("jkl", 100, "JKL", 1000)
        w.proxies = [("DEF", "ABC"), ("JKL", "GHI"), ("ABC", "GHI")]
        w.lots[1:2] = []
        w.lot("def", 100, "DEF", 9000)
        found = reasons(w.plan())
        assert found == {
            "def": Reason.HARVEST,
            "abc": Reason.BOUGHT_IN_PLAN,
            "jkl": Reason.BOUGHT_IN_PLAN,
        }

    def test_another_household_is_free(self) -> None:
        w = self.world()
        w.accounts["theirs"] = account("theirs", household="next-door")
        w.lots.pop(0)
        w.lot("abc", 100, "ABC", 1000, where="theirs")
        assert set(reasons(w.plan()).values()) == {Reason.HARVEST}

    def test_two_lots_of_one_symbol_are_no_conflict(self) -> None:
        w = self.world()
        w.lots.pop(0)
        w.lot("def-2", 100, "DEF", 1100, where="spouse")
        assert set(reasons(w.plan()).values()) == {Reason.HARVEST}
        assert bought(w) == [("ABC", units(100)), ("ABC", units(100))]
