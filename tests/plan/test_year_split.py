"""Year split, December or January: the least tax of both years (26 USC 1(h), 1211, 1212)."""

from hypothesis import given, settings
from hypothesis import strategies as st
from tests.plan.test_deferral import alike
from tests.plan.test_tax_cost import LATER, returns, single

from taxlots.domain.money import SHARE
from taxlots.domain.tax_return import ReturnIncome
from taxlots.plan.two_years import TwoYears
from taxlots.plan.year_split import SplitPiece, YearSplit, best_split
from taxlots.plan.year_tax import RatedYear


def piece(shares: int, gain_cents: int, *, now: bool = True, then: bool = True) -> SplitPiece:
    return SplitPiece(
        lot_id="b1",
        quantity=shares * SHARE,
        gain_cents=gain_cents,
        is_long_now=now,
        is_long_then=then,
    )


def shares_now(split: YearSplit) -> list[int]:
    return [units // SHARE for units in split.now]


def test_each_year_takes_what_its_0_percent_bracket_holds() -> None:
    """30,000 of income in both years: 18,350 of gain are free in 2025, and 19,450 in 2026.

    Of 30,000 of gain on 300 shares, 183 shares at most this year and 194 at most next year are
    free: 106 to 183 of them this year.  The fewest are taken.
    """
    found = best_split([piece(300, 30_000_00)], alike(single(30_000_00)))
    assert found.best.cost_cents == 0
    assert 106 <= shares_now(found.best)[0] <= 183
    assert found.all_now.cost_cents == (30_000_00 - 18_350_00) * 15 // 100
    assert found.all_then.cost_cents == (30_000_00 - 19_450_00) * 15 // 100


def test_what_turns_long_term_in_january_is_sold_then() -> None:
    found = best_split([piece(100, 10_000_00, now=False)], alike(single(150_000_00)))
    assert shares_now(found.best) == [0]
    assert (found.all_now.cost_cents, found.best.cost_cents) == (2_400_00, 1_500_00)


def test_stated_rates_put_all_of_it_into_the_cheaper_year() -> None:
    dear = RatedYear(short_ppm=400_000, long_ppm=238_000, later=LATER)
    cheap = RatedYear(short_ppm=240_000, long_ppm=150_000, later=LATER)
    years = TwoYears(this=cheap, after=dear, discount_ppm=0)
    assert shares_now(best_split([piece(10, 1_000_00)], years).best) == [10]
    years = TwoYears(this=dear, after=cheap, discount_ppm=0)
    assert shares_now(best_split([piece(10, 1_000_00)], years).best) == [0]


def test_1211_b_a_loss_saves_3000_in_each_year() -> None:
    """6,000 of loss at 24 %: what this year does not use is carried on, wherever it is sold."""
    found = best_split([piece(60, -6_000_00)], alike(single(150_000_00)))
    assert found.best.cost_cents == -1_440_00
    assert found.all_now.cost_cents == -1_440_00
    assert shares_now(found.best) == [60]


def test_of_several_lots_the_order_may_be_turned() -> None:
    """Only the second lot turns long-term in January: it waits, whichever comes first."""
    pieces = [piece(10, 1_000_00), piece(10, 1_000_00, now=False)]
    years = TwoYears(
        this=RatedYear(short_ppm=370_000, long_ppm=150_000, later=LATER),
        after=RatedYear(short_ppm=370_000, long_ppm=160_000, later=LATER),
        discount_ppm=0,
    )
    assert shares_now(best_split(pieces, years).best) == [10, 0]
    assert shares_now(best_split(pieces[::-1], years).best) == [0, 10]


@settings(max_examples=30, deadline=None)
@given(
    income=returns(),
    gain=st.integers(-200_000_00, 200_000_00),
    terms=st.tuples(st.booleans(), st.booleans()),
    shares=st.integers(1, 40),
)
def test_no_split_of_one_lot_in_whole_shares_costs_less(
    income: ReturnIncome, gain: int, terms: tuple[bool, bool], shares: int
) -> None:
    years = alike(income, discount_ppm=50_000)
    one = piece(shares, gain, now=terms[0], then=terms[0] or terms[1])
    found = best_split([one], years)
    assert found.best.cost_cents <= min(found.all_now.cost_cents, found.all_then.cost_cents)
    for sold in range(0, shares + 1, max(1, shares // 8)):
        here = gain * sold // shares
        now, then = [0, 0], [0, 0]
        now[one.is_long_now] += here
        then[one.is_long_then] += gain - here
        assert found.best.cost_cents <= years.cost(*now, *then) + 2
