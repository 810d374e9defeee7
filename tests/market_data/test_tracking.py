"""How closely a proxy tracked: figures by hand, and against plain statistics on real closes."""

import statistics
from datetime import date, timedelta
from fractions import Fraction
from itertools import pairwise
from math import exp, log, sqrt
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from taxlots.domain.calendar import day_of
from taxlots.market_data.calendars import sessions_between
from taxlots.market_data.prices import PriceHistory, price_history
from taxlots.market_data.tracking import trackings

END = date(2024, 12, 31)
SESSIONS = sessions_between(END - timedelta(days=500), END)
REAL = Path(__file__).resolve().parents[2] / "../shared/data/us_equities_1999_2021.parquet"


def history(closes: dict[str, dict[date, float]]) -> PriceHistory:
    rows = [(day, symbol, close) for symbol, of in closes.items() for day, close in of.items()]
    table = pa.table(
        {
            "date": [day.isoformat() for day, _, _ in rows],
            "symbol": [symbol for _, symbol, _ in rows],
            "close": [f"{close:.8f}" for _, _, close in rows],
        }
    )
    read, problems = price_history(table)
    assert not problems
    return read


def path(returns: list[float], days: list[date], start: float = 100.0) -> dict[date, float]:
    """Closes on ``days`` whose log returns are these."""
    found = {days[0]: start}
    for day, one in zip(days[1:], returns, strict=True):
        found[day] = found[days[days.index(day) - 1]] * exp(one)
    return found


def test_by_hand_a_proxy_that_moves_half_as_much() -> None:
    """Returns of 2 % and -2 % by turns, and of 1 % and -1 %: the difference is 1 % either way.

    Over 252 returns the mean is 0, so the variance of the difference is 0.0001 x 252 / 251 a day,
    and the error is the root of 252 times that: 15.9061 % a year.
    """
    days = SESSIONS[-253:]
    turns = [1 if place % 2 else -1 for place in range(252)]
    closes = history(
        {
            "ABC": path([0.02 * turn for turn in turns], days),
            "HALF": path([0.01 * turn for turn in turns], days),
            "AGAINST": path([-0.02 * turn for turn in turns], days),
        }
    )
    found = trackings(closes, [("ABC", "HALF"), ("ABC", "AGAINST")], END)
    half, against = found["ABC", "HALF"], found["ABC", "AGAINST"]
    assert (half.correlation_ppm, half.beta_ppm) == (1_000_000, 500_000)
    assert half.error_ppm == round(sqrt(252 * 0.0001 * 252 / 251) * 1e6) == 159_061
    assert (against.correlation_ppm, against.beta_ppm) == (-1_000_000, -1_000_000)
    assert half.returns == 252


def test_only_the_last_252_returns_count() -> None:
    wild = [0.1 * (-1) ** place for place in range(50)]
    calm = [0.01 * (-1) ** place for place in range(252)]
    days = SESSIONS[-303:]
    closes = history({"ABC": path(wild + calm, days), "DEF": path([0.0] * 302, days)})
    found = trackings(closes, [("ABC", "DEF")], END)["ABC", "DEF"]
    assert found.error_ppm == round(sqrt(252 * 0.0001 * 252 / 251) * 1e6)
    assert (found.correlation_ppm, found.beta_ppm) == (None, 0)


@pytest.mark.parametrize(("count", "is_known"), [(59, False), (60, True)])
def test_sixty_common_sessions_are_the_least(count: int, is_known: bool) -> None:
    """DEF has closes on every session, ABC on its last ones only."""
    turns = [0.01 * (-1) ** place for place in range(252)]
    closes = history(
        {
            "ABC": path(turns[: count - 1], SESSIONS[-count:]),
            "DEF": path(turns, SESSIONS[-253:]),
        }
    )
    assert bool(trackings(closes, [("ABC", "DEF")], END)) is is_known


def test_a_pair_without_closes_is_left_out() -> None:
    closes = history({"ABC": path([0.01] * 252, SESSIONS[-253:])})
    assert trackings(closes, [("ABC", "NONE"), ("NONE", "ABC")], END) == {}


def test_closes_after_the_day_are_not_known_yet() -> None:
    turns = [0.01 * (-1) ** place for place in range(252)]
    closes = history({s: path(turns, SESSIONS[-253:]) for s in ("ABC", "DEF")})
    assert trackings(closes, [("ABC", "DEF")], SESSIONS[-200]) == {}


def test_a_return_over_a_gap_counts_by_its_sessions() -> None:
    """A return of 2 % over four sessions is like four of 1 % that add up by their squares."""
    days = SESSIONS[-321::4]
    assert len(days) == 81
    closes = history(
        {
            "ABC": path([0.02 * (-1) ** place for place in range(80)], days),
            "FLAT": path([0.0] * 80, days),
        }
    )
    found = trackings(closes, [("ABC", "FLAT")], END)["ABC", "FLAT"]
    assert found.error_ppm == round(sqrt(252 * 0.0001 * 80 / 79) * 1e6)


def test_closes_from_before_a_split_are_brought_to_units_of_today() -> None:
    days = SESSIONS[-253:]
    turns = [0.01 * (-1) ** place for place in range(252)]
    plain = path(turns, days)
    split_day = days[100]
    as_traded = {day: close * 4 if day < split_day else close for day, close in plain.items()}
    closes = history({"ABC": as_traded, "DEF": plain})
    splits = {"ABC": {day_of(split_day): Fraction(4)}}
    known = trackings(closes, [("ABC", "DEF")], END, splits)["ABC", "DEF"]
    assert (known.correlation_ppm, known.error_ppm, known.returns) == (1_000_000, 0, 252)
    unknown = trackings(closes, [("ABC", "DEF")], END)["ABC", "DEF"]
    assert (unknown.error_ppm, unknown.returns) == (0, 251)
    assert unknown.left_out == (split_day,)


@pytest.mark.parametrize(
    ("pair", "expected"),
    [
        # Two classes of one issuer, and two issuers of one industry, in 2020.
        (("GOOGL", "GOOG"), (997_592, 993_248, 26_801)),
        (("HD", "LOW"), (899_300, 1_063_108, 232_790)),
    ],
)
def test_real_pairs_by_plain_statistics(
    pair: tuple[str, str], expected: tuple[int, int, int]
) -> None:
    if not REAL.exists():
        pytest.skip("the whole price source is not at hand")
    as_of = date(2020, 12, 31)
    closes: dict[str, dict[date, float]] = {}
    for symbol in pair:
        rows = pq.read_table(
            REAL, columns=["date", "close"], filters=[("symbol", "=", symbol)]
        ).to_pydict()
        closes[symbol] = {
            day: close for day, close in zip(*rows.values(), strict=True) if day <= as_of
        }
    found = trackings(history(closes), [pair], as_of)[pair]
    days = sorted(closes[pair[0]].keys() & closes[pair[1]].keys())[-253:]
    x, y = ([log(closes[s][b] / closes[s][a]) for a, b in pairwise(days)] for s in pair)
    by_hand = (
        statistics.correlation(x, y),
        statistics.linear_regression(x, y).slope,
        statistics.stdev(a - b for a, b in zip(x, y, strict=True)) * sqrt(252),
    )
    assert (found.correlation_ppm, found.beta_ppm, found.error_ppm) == expected
    assert tuple(round(one * 1e6) for one in by_hand) == expected
