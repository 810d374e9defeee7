"""The screen says of every lot, in columns, what the plan of all lots as objects says of it."""

from dataclasses import replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.screening import planned_by_screen
from tests.plan.situations import AS_OF, World, account, cents, days_ago
from tests.plan.test_harvest_properties import GROUPS, PRICES, PROXIES

from taxlots.domain.account import AccountKind
from taxlots.domain.dividend import PendingDividend
from taxlots.domain.filing_status import FilingStatus
from taxlots.domain.harvest_rule import Extent, Goal, HarvestRule, PartlyWashed
from taxlots.domain.policy import Policy
from taxlots.domain.restriction import HeldSwap
from taxlots.domain.security import Security, SecurityKind
from taxlots.domain.tax_profile import TaxProfile
from taxlots.domain.tax_return import ReturnIncome
from taxlots.domain.verdict import Reason
from taxlots.plan.harvest import plan
from taxlots.plan.harvest_plan import Opportunity
from taxlots.plan.screen import Screen
from taxlots.plan.screen_appraisal import CODES
from taxlots.plan.situation import Situation
from taxlots.plan.year_tax import year_tax

TAXABLE = ("main", "joint", "spouse", "kid", "theirs")
OWN_BARS = (Reason.UNSETTLED, Reason.AGAINST_SHORT, Reason.ESPP_WITHOUT_INCOME)

symbols = st.sampled_from(sorted(GROUPS))
places = st.sampled_from([*TAXABLE * 3, "ira", "trader"])
ages = st.one_of(st.integers(330, 370), st.integers(40, 800), st.integers(0, 800))
statuses = st.sampled_from([*["known"] * 12, "pending", "unknown"])


@st.composite
def rules(draw: st.DrawFn) -> HarvestRule:
    goal = draw(st.sampled_from([Goal.ALL_THAT_PAYS, Goal.ALL_THAT_PAYS, Goal.TARGET]))
    return HarvestRule(
        min_loss_cents=draw(st.sampled_from([0, 500, 4000])),
        min_loss_ratio=draw(st.sampled_from([0, 10_000_000, 50_000_000])),
        hurdle_ratio=draw(st.sampled_from([0, 30_000_000])),
        hurdle_december_ratio=draw(st.sampled_from([0, 20_000_000])),
        partly_washed=draw(st.sampled_from(PartlyWashed)),
        sell=draw(st.sampled_from([Extent.LOSS_LOTS, Extent.LOSS_LOTS, Extent.WHOLE_POSITION])),
        goal=goal,
        goal_cents=draw(st.sampled_from([0, 3000])),
        commission_cents=draw(st.sampled_from([0, 100])),
        exclude=draw(st.sampled_from([frozenset(), frozenset(), frozenset({"C"})])),
    )


@st.composite
def situations(draw: st.DrawFn) -> Situation:
    """Lots of two households, with everything that an appraisal looks at."""
    w = World(PRICES, rule=draw(rules()), proxies=PROXIES)
    w.policy = Policy(sub_first=draw(st.sampled_from(["adjusted", "unadjusted"])))
    w.accounts["theirs"] = account("theirs", household="next-door")
    w.accounts["trader"] = account("trader", kind=AccountKind.TAXABLE_MTM_475)
    w.change("main", drip=draw(st.booleans()))
    w.change("kid", data_through=draw(st.sampled_from([None, days_ago(3)])))
    w.stale = draw(st.sampled_from([set(), {"D"}]))
    w.prices = {name: price for name, price in PRICES.items() if name != draw(symbols)}
    w.group("a", "A", "A2")
    for symbol in ("B", "B2"):
        w.securities[symbol] = Security(symbol=symbol, index="b")
    kind = draw(
        st.sampled_from(
            [SecurityKind.STOCK, SecurityKind.STOCK, SecurityKind.BOND, SecurityKind.SECTION_1256]
        )
    )
    w.securities["C"] = Security(symbol="C", kind=kind)
    lots = st.tuples(ages, symbols, st.integers(1, 12), places, st.integers(20, 150))
    for n, (age, symbol, quantity, where, basis) in enumerate(
        sorted(draw(st.lists(lots, min_size=1, max_size=12)), key=lambda drawn: -drawn[0])
    ):
        status = draw(statuses)
        gift = {"loss_basis": 10} if draw(st.integers(0, 9)) == 0 else {}
        parts = draw(st.sampled_from([(False,), (False,), (True,), (True, False)]))
        for part, is_replacement in enumerate(parts):
            cost = draw(st.integers(20, 150)) if part else basis
            w.lot(f"lot-{n}", quantity, symbol, cost, age, where, rank=n, basis_status=status,
                  is_replacement=is_replacement, is_inherited=draw(st.integers(0, 9)) == 0,
                  **gift)  # fmt: skip
    order = {"home": 0, "next-door": 1}
    w.lots.sort(key=lambda lot: (order[lot.household], lot.rank))
    names = [lot.lot_id for lot in w.lots]
    if names and draw(st.integers(0, 3)) == 0:
        w.barred = draw(st.dictionaries(st.sampled_from(names), st.sampled_from(OWN_BARS)))
        w.dividends = [_dividend(draw(st.sampled_from(names)))]
    recent = st.lists(st.tuples(st.integers(0, 40), symbols, st.integers(1, 9), places), max_size=2)
    for n, (age, symbol, quantity, where) in enumerate(draw(recent)):
        w.bought(f"gone-{n}", quantity, symbol, age, where, held=0)
    if draw(st.booleans()):
        w.will("recurring", draw(symbols), 9, draw(places), quantity="2")
    return _taxed(draw, w)


def _dividend(lot_id: str) -> PendingDividend:
    return PendingDividend(
        lot_id=lot_id, ex_date=days_ago(9), qualified_from=days_ago(-30), cents=123
    )


def _taxed(draw: st.DrawFn, w: World) -> Situation:
    """Returns at stated rates, reckoned by law, or of which nothing is known."""
    situation = w.situation()
    averaged = {(lot.account, lot.symbol) for lot in w.lots if draw(st.integers(0, 9)) == 0}
    held = [
        HeldSwap(
            account=lot.account,
            symbol="A",
            sold_quantity=lot.quantity,
            sold_on=days_ago(50),
            proxy_lot_id=lot.lot_id,
        )
        for lot in w.lots
        if lot.symbol == "B" and draw(st.booleans())
    ]
    years = {}
    for name, profile in situation.profiles.items():
        how = draw(st.sampled_from(["rates", "law", "unknown"]))
        year = year_tax(profile, None) if how == "rates" else None
        if how == "law":
            bare = TaxProfile(tax_return=name, year=2020)
            year = year_tax(bare, _income(draw(st.integers(0, 3)) * 1_000_00))
        if year is not None:
            years[name] = year
    return replace(
        situation,
        averaged=frozenset(averaged),
        held_swaps=held,
        years=years,
        volatility_ppm={"A": 300_000, "B": 100_000},
        tracking_ppm={("A", "B"): 20_000, ("A", "C"): 40_000},
    )


def _income(short_cents: int) -> ReturnIncome:
    return ReturnIncome(
        year=AS_OF.year,
        status=FilingStatus.SINGLE,
        ordinary_income_cents=150_000_00,
        short_cents=short_cents,
        long_cents=0,
        state="",
    )


def said_of_losses(screen: Screen) -> dict[int, tuple[object, ...]]:
    """What the columns say of each quiet loss, by its place."""
    quiet, appraisals = screen.losses, screen.appraisals
    return {
        place: (
            int(appraisals.value[place]),
            int(appraisals.loss[place]),
            bool(quiet.losses.is_long[row]),
            int(quiet.losses.days_to_long_term[row]),
            int(quiet.losses.hurdle[row]),
            int(appraisals.loss[place] - appraisals.gain[place]),
            quiet.worth[row].tax_saved_cents,
            quiet.worth[row].saving_basis,
            quiet.worth[row].value,
            quiet.told[row],
        )
        for row, place in enumerate(quiet.losses.place.tolist())
    }


def said_of_opportunity(one: Opportunity) -> tuple[object, ...]:
    appraisal = one.appraisal
    return (
        appraisal.market_value_cents,
        appraisal.loss_cents,
        appraisal.is_long,
        appraisal.days_to_long_term,
        one.hurdle_ratio,
        one.allowed_loss_cents,
        one.tax_saved_cents,
        one.saving_basis,
        one.value,
        one.told,
    )


@given(situations())
@settings(max_examples=300)
def test_the_screen_and_its_plan_say_what_the_plan_of_all_lots_says(situation: Situation) -> None:
    whole = plan(situation)
    screen, live = planned_by_screen(situation)

    planned = iter(live.verdicts)
    quiet = said_of_losses(screen)
    for place, verdict in enumerate(whole.verdicts):
        if screen.is_live[place]:
            assert next(planned) == verdict
            continue
        assert CODES[screen.reason[place]] is verdict.reason
        value, gain = verdict.appraisal.market_value_cents, verdict.appraisal.gain_cents
        assert (screen.appraisals.value[place], screen.appraisals.gain[place]) == (value or 0, gain)
        assert (place in quiet) is (verdict.opportunity is not None)
        if verdict.opportunity is not None:
            assert quiet[place] == said_of_opportunity(verdict.opportunity)
            assert not verdict.opportunity.check.blockers
            assert not verdict.opportunity.spoiled
    for name in ("orders", "lot_instructions", "restrictions", "switch_backs", "returns"):
        assert getattr(live, name) == getattr(whole, name), name


def test_a_family_without_a_loss_that_is_large_enough_is_not_planned() -> None:
    w = World({"A": "8", "B": "8"}, rule=HarvestRule(min_loss_cents=cents(50)))
    w.lot("small", 10, "A", 90)
    w.lot("gain", 10, "A", 70)
    w.lot("large", 100, "B", 900)
    w.lot("other gain", 10, "B", 70)
    w.lot("deferred", 100, "B", 900, where="ira")

    screen, live = planned_by_screen(w.situation())

    assert [verdict.lot.lot_id for verdict in live.verdicts] == ["large"]
    assert [CODES[code] for code in screen.reason[~screen.is_live]] == [
        Reason.BELOW_MIN_LOSS,
        Reason.GAIN,
        Reason.GAIN,
        Reason.TAX_DEFERRED,
    ]


def test_what_is_aside_is_still_held() -> None:
    """Its worth counts for weights, and its lots for restrictions."""
    w = World({"A": "8"}, rule=HarvestRule(min_loss_cents=cents(50)))
    w.lot("gain", 10, "A", 70, acquired=date(2015, 1, 2))
    w.lot("other", 5, "A", 30, acquired=date(2016, 1, 2))

    screen, _ = planned_by_screen(w.situation())

    (aside,) = screen.situation(()).aside.values()
    assert aside.value_cents == cents(120)
    assert aside.lot_ids == ("gain", "other")


def test_a_position_that_is_sold_whole_is_planned_whole() -> None:
    """Its gains are sold with its losses."""
    rule = HarvestRule(min_loss_cents=cents(50), sell=Extent.WHOLE_POSITION)
    w = World({"A": "8", "P": "8"}, rule=rule, proxies=[("A", "P")])
    w.lot("loss", 100, "A", 900)
    w.lot("gain", 10, "A", 70)

    _, live = planned_by_screen(w.situation())

    assert live.verdicts == w.plan().verdicts
    assert [verdict.reason for verdict in live.verdicts] == [
        Reason.HARVEST,
        Reason.HARVEST_WITH_POSITION,
    ]
