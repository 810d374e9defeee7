"""``[rebalance.mandate]`` is read whole, and every wrong key is told where it stands."""

from taxlots.domain.mandate import mandate_from
from taxlots.domain.mandate_cells import Span

WHERE = "book.toml:rebalance.mandate"


def test_a_mandate_is_read_exactly() -> None:
    stated, problems = mandate_from(
        {
            "mandate": {
                "position_percent": 7.5,
                "positions": {"MSFT": 12, "AAPL": {"least_percent": 1, "most_percent": 4.25}},
                "sectors": {"oil": {"symbols": ["XOM", "CVX"], "most_percent": 6}, "gold": 5},
                "factors": {"market": {"least": 0.8, "most": 1.1}},
                "do_not_buy": {"XOM": "no oil"},
                "do_not_sell": ["MSFT"],
                "round_lots": {"T": 100},
                "tax": 1500.25,
                "thresholds": {"letter": {"percent": 10}},
            }
        }
    )
    assert not problems
    assert stated.position_ppm == 75_000
    assert stated.positions == {"MSFT": Span(None, 120_000), "AAPL": Span(10_000, 42_500)}
    assert [(one.name, one.symbols) for one in stated.sectors] == [
        ("oil", ("XOM", "CVX")),
        ("gold", ()),
    ]
    assert stated.factors == {"market": Span(800_000, 1_100_000)}
    assert stated.do_not_buy == {"XOM": "no oil"}
    assert stated.do_not_sell == {"MSFT": ""}
    assert stated.round_lots == {"T": 100}
    assert stated.tax_cents == 150_025
    assert stated.thresholds[0].near_ppm == 800_000
    assert stated.symbols == {"MSFT", "AAPL", "XOM", "CVX", "T"}


def test_without_a_mandate_nothing_is_limited() -> None:
    stated, problems = mandate_from({})
    assert not problems
    assert stated.position_ppm is None
    assert not stated.symbols


def test_nobody_is_short_unless_a_table_says_who() -> None:
    _, (problem,) = mandate_from({"mandate": {"shorts": True}})
    assert problem.code == "BAD_VALUE"
    assert "shorts" in problem.where
    stated, problems = mandate_from({"mandate": {"shorts": False}})
    assert not problems
    assert not stated.shorts.accounts


def test_wrong_keys_and_values_are_told_where_they_stand() -> None:
    wrong = {
        "position_percent": 101,
        "posture": 1,
        "positions": {"MSFT": {"least_percent": 5, "most_percent": 4}},
        "sectors": {"oil": {"symbols": "XOM", "most_percent": 6}},
        "factors": {"market": 1},
        "do_not_buy": 3,
        "round_lots": {"T": 0},
        "most_names": -1,
        "market": 5,
        "form_13f": "yes",
        "thresholds": {"letter": {"of": "moon", "percent": 1}},
    }
    _, problems = mandate_from({"mandate": wrong})
    told = {one.where.removeprefix(f"{WHERE}:") for one in problems}
    assert told == {
        "position_percent",
        "posture",
        "positions.MSFT",
        "sectors.oil.symbols",
        "factors.market",
        "do_not_buy",
        "round_lots.T",
        "most_names",
        "market",
        "form_13f",
        "thresholds.letter.of",
    }
    _, (problem,) = mandate_from({"mandate": 3})
    assert problem.where == WHERE
