"""Proxies as policy: their order, what an opinion allows, and what is left to the IRA."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.guarded import guard_of
from tests.plan.situations import AS_OF, World, account, opportunity, reasons, units

from taxlots.domain.harvest_rule import HarvestRule
from taxlots.domain.order import Side
from taxlots.domain.restriction import RestrictionKind
from taxlots.domain.security import TERTIARY, Proxy, Security, SecurityKind
from taxlots.domain.verdict import ProxyRefusal, Reason
from taxlots.plan.guard import Guard
from taxlots.plan.harvest import plan
from taxlots.plan.replacement import NO_TRADES, Proxies
from taxlots.plan.situation import index_of
from taxlots.plan.trade_check import TradeVerdict

PRICES = {"VOO": "80", "IVV": "81", "SPY": "79", "VTI": "40", "ITOT": "20", "SCHB": "10"}
S_AND_P = ("VOO", "IVV", "SPY")


def row(proxy: str, rank: int = 1, symbol: str = "VOO", **fields: object) -> Proxy:
    return Proxy(symbol=symbol, proxy=proxy, rank=rank, **fields)  # type: ignore[arg-type]


OPINION = row("IVV", allow_same_index=True, opinion_date=date(2020, 1, 15), opinion_by="A. Lee CPA")


def world(*proxies: Proxy, **fields: object) -> World:
    """100 VOO bought at 100, worth 80; VOO, IVV and SPY track one index."""
    w = World(PRICES, proxies=proxies, **fields)  # type: ignore[arg-type]
    for symbol in PRICES:
        index = "S&P 500" if symbol in S_AND_P else f"index of {symbol}"
        w.securities[symbol] = Security(symbol=symbol, kind=SecurityKind.ETF, index=index)
    w.lot("lot", 100, "VOO", 10_000)
    return w


def bought(w: World, tracking: Mapping[tuple[str, str], int] | None = None) -> list[str]:
    proposal = plan(replace(w.situation(), tracking_ppm=tracking or {}))
    return [order.symbol for order in proposal.orders if order.side is Side.BUY]


def proxies_of(w: World) -> Proxies:
    return Proxies(Guard(index_of(w.situation())))


def chosen(w: World, where: str, symbol: str = "VOO") -> str | None:
    proxy = proxies_of(w).choose(symbol, w.accounts[where], NO_TRADES, ()).proxy
    return proxy and proxy.proxy


class TestOrder:
    """By rank, then for the kind of account, then tracking error, then fee, then as listed."""

    def test_a_rank_goes_before_any_figure(self) -> None:
        w = world(row("VTI", 2), row("ITOT", 1))
        assert bought(w, {("VOO", "VTI"): 1_000, ("VOO", "ITOT"): 90_000}) == ["ITOT"]

    def test_in_a_rank_the_least_tracking_error_is_first(self) -> None:
        w = world(row("VTI"), row("ITOT"), row("SCHB"))
        assert bought(w, {("VOO", "SCHB"): 9_000, ("VOO", "ITOT"): 12_000}) == ["SCHB"]

    def test_then_the_least_fee(self) -> None:
        w = world(row("VTI"), row("ITOT"), row("SCHB"))
        for symbol, fee in (("ITOT", 900), ("SCHB", 300)):
            w.securities[symbol] = replace(w.securities[symbol], expense_ratio_ppm=fee)
        assert bought(w) == ["SCHB"]

    def test_then_the_order_of_the_policy(self) -> None:
        assert bought(world(row("SCHB"), row("VTI"))) == ["SCHB"]

    def test_one_for_the_kind_of_account_goes_before_one_for_every_kind(self) -> None:
        w = world(row("VTI"), row("ITOT", account_kind="taxable"))
        assert bought(w, {("VOO", "VTI"): 1_000, ("VOO", "ITOT"): 90_000}) == ["ITOT"]


class TestSameIndex:
    """D17: a fund on the same index takes leave, with an opinion, its day and a name."""

    def test_an_opinion_lets_it_be_bought(self) -> None:
        assert bought(world(OPINION, row("VTI", 2))) == ["IVV"]

    @pytest.mark.parametrize(
        "without",
        [
            {"allow_same_index": False},
            {"opinion_by": ""},
            {"opinion_date": None},
            {"opinion_date": date(2021, 1, 1)},
        ],
        ids=["leave", "name", "day", "day of before"],
    )
    def test_without_any_part_of_it_the_next_is_bought(self, without: dict[str, object]) -> None:
        w = world(replace(OPINION, **without), row("VTI", 2))  # type: ignore[arg-type]
        assert bought(w, {("VOO", "IVV"): 100}) == ["VTI"]
        assert opportunity(w.plan(), "lot").replacement.refused == (
            ("IVV", ProxyRefusal.SAME_INDEX),
        )

    @pytest.mark.parametrize("how", ["group", "fund", "cusip"])
    def test_what_the_book_holds_identical_is_never_bought(self, how: str) -> None:
        w = world(OPINION, row("VTI", 2))
        if how == "group":
            w.group("500", "VOO", "IVV")
        else:
            for symbol in ("VOO", "IVV"):
                w.securities[symbol] = replace(w.securities[symbol], **{how: "one"})
        assert bought(w) == ["VTI"]

    def test_it_holds_for_that_pair_alone(self) -> None:
        """SPY is still what replaces VOO: its purchase of last week stands in the way."""
        w = world(OPINION)
        w.bought("week", 100, "SPY", 7, "spouse")
        assert reasons(w.plan()) == {"lot": Reason.WASH_BLOCKED}
        w = world(OPINION)
        w.bought("week", 100, "IVV", 7, "spouse")
        assert reasons(w.plan()) == {"lot": Reason.HARVEST}

    def test_restrictions_say_the_same(self) -> None:
        banned = {
            r.symbol
            for r in world(OPINION).plan().restrictions
            if r.kind is RestrictionKind.DO_NOT_BUY
        }
        assert banned == {"VOO", "SPY"}

    def test_the_guard_says_what_only_the_opinion_keeps_apart(self) -> None:
        w = world(OPINION)
        w.sold_at_a_loss("sale", 10, "VOO", 5)
        found = guard_of(w).can_buy("main", "IVV", units(1))
        assert found.verdict is TradeVerdict.OK
        assert any("told apart by the opinion" in sentence for sentence in found.told)
        other = guard_of(w).can_buy("main", "SPY", units(1))
        assert other.verdict is TradeVerdict.BLOCKED
        assert not any("opinion" in sentence for sentence in other.told)

    def test_two_of_them_at_a_loss_are_not_swapped_with_each_other(self) -> None:
        w = world(OPINION, replace(OPINION, symbol="IVV", proxy="VOO"))
        w.lot("other", 10, "IVV", 2_000)
        sold = {v.lot.symbol for v in w.plan().verdicts if v.reason.is_harvest}
        assert not sold & set(bought(w))


class TestTertiary:
    """What flows into a tax-deferred account stays away from every harvested ticker."""

    ROWS = (row("VTI", 1), row("ITOT", 2), row("SCHB", 3))

    def test_an_ira_buys_the_tertiary_and_a_taxable_account_the_primary(self) -> None:
        w = world(*self.ROWS)
        assert (chosen(w, "ira"), chosen(w, "roth"), chosen(w, "main")) == ("SCHB", "SCHB", "VTI")

    def test_primary_and_secondary_are_kept_for_harvests(self) -> None:
        w = world(*self.ROWS)
        refused = proxies_of(w).choose("VOO", w.accounts["ira"], NO_TRADES, ()).refused
        assert refused == (
            ("VTI", ProxyRefusal.KEPT_FOR_HARVESTS),
            ("ITOT", ProxyRefusal.KEPT_FOR_HARVESTS),
        )

    def test_without_a_tertiary_an_ira_buys_none(self) -> None:
        assert chosen(world(row("VTI", 1), row("ITOT", 2)), "ira") is None

    def test_a_tertiary_that_is_identical_to_a_primary_is_none(self) -> None:
        w = world(*self.ROWS)
        w.group("twins", "VTI", "SCHB")
        assert chosen(w, "ira") is None

    def test_a_row_for_the_kind_of_account_is_one_at_any_rank(self) -> None:
        w = world(row("VTI", 1), row("SCHB", 1, account_kind="roth_ira"))
        assert (chosen(w, "roth"), chosen(w, "ira"), chosen(w, "main")) == ("SCHB", None, "VTI")

    def test_but_not_where_harvests_trade_it_too(self) -> None:
        w = world(row("VTI", 1), row("VTI", 1, account_kind="roth_ira"))
        assert chosen(w, "roth") is None

    def test_a_loss_of_the_tertiary_in_a_taxable_account_keeps_the_ira_away(self) -> None:
        w = world(*self.ROWS)
        w.sold_at_a_loss("sale", 1, "SCHB", 12)
        assert chosen(w, "ira") is None

    def test_restrictions_name_it(self) -> None:
        w = world(*self.ROWS)
        notes = {
            r.account: r.note
            for r in w.plan().restrictions
            if r.symbol == "VOO" and r.kind is RestrictionKind.DO_NOT_BUY
        }
        instead = "buy SCHB instead, which no harvest trades for VOO"
        assert (notes["ira"], notes["roth"], notes["main"]) == (instead, instead, "")

    def test_they_do_not_name_one_that_the_plan_sells(self) -> None:
        w = world(*self.ROWS, row("VTI", 1, symbol="SCHB"))
        w.proxies = [*self.ROWS, row("ITOT", 1, symbol="SCHB")]
        w.lot("third", 10, "SCHB", 500)
        proposal = w.plan()
        assert reasons(proposal) == {"lot": Reason.HARVEST, "third": Reason.HARVEST}
        assert not [r for r in proposal.restrictions if "buy SCHB" in r.note]


NAMES = ("VOO", "IVV", "SPY", "VTI", "ITOT", "SCHB")
KINDS = ("", "taxable", "traditional_ira", "roth_ira")


@settings(max_examples=300, deadline=None)
@given(
    rows=st.lists(
        st.builds(
            Proxy,
            symbol=st.just("VOO"),
            proxy=st.sampled_from(NAMES),
            rank=st.integers(1, 4),
            account_kind=st.sampled_from(KINDS),
            opinion_date=st.sampled_from([None, date(2020, 1, 15)]),
            opinion_by=st.sampled_from(["", "A. Lee CPA"]),
            allow_same_index=st.booleans(),
        ),
        max_size=8,
    ),
    twins=st.lists(st.sampled_from(NAMES), max_size=3),
)
def test_whatever_the_policy_an_ira_never_buys_what_harvests_trade(
    rows: list[Proxy], twins: list[str]
) -> None:
    """Nor is anything bought that the book holds identical, or on one index without an opinion."""
    w = world(*rows)
    w.group("twins", *twins)
    guard = Guard(index_of(w.situation()))
    day = guard.index.situation.day
    listed = {row.proxy for row in rows if row.rank < TERTIARY and "ira" not in row.account_kind}
    for where in ("ira", "roth"):
        name = chosen(w, where)
        assert name is None or not any(guard.index.replaces(name, other) for other in listed)
    for where in ("main", "ira", "roth"):
        name = chosen(w, where)
        if name is not None:
            assert not guard.index.situation.book_identity.replaces(name, "VOO", day)
            has_opinion = any(row.proxy == name and row.tells_apart(AS_OF) for row in rows)
            assert name not in S_AND_P or has_opinion


def test_each_return_excludes_its_own() -> None:
    w = world(row("VTI"), row("ITOT", 2))
    w.accounts["theirs"] = account("theirs", household="next-door")
    w.lot("next", 100, "VOO", 10_000, where="theirs")
    rules = {"next-door": HarvestRule(exclude=frozenset({"VTI"}))}
    proposal = plan(replace(w.situation(), rules=rules))
    orders = {(o.account, o.symbol): o.quantity for o in proposal.orders if o.side is Side.BUY}
    assert orders == {("main", "VTI"): units(200), ("theirs", "ITOT"): units(400)}
    assert proposal.as_of == AS_OF
