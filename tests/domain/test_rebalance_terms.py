"""``[rebalance.plan]`` of ``book.toml``."""

import pytest

from taxlots.domain.rebalance_terms import RebalanceTerms, terms_from


def test_every_key_is_read_exactly() -> None:
    terms, problems = terms_from(
        {
            "plan": {
                "risk_aversion": 2.5,
                "horizon_years": 3,
                "cash_percent": "0.25",
                "min_trade": 250.5,
                "whole_shares": False,
                "margin": 10,
            }
        }
    )
    assert not problems
    assert terms == RebalanceTerms(
        risk_aversion_ppm=2_500_000,
        horizon_ppm=3_000_000,
        cash_ppm=2_500,
        min_trade_cents=25_050,
        whole_shares=False,
        margin_cents=1_000,
    )


def test_what_is_left_out_keeps_its_default() -> None:
    assert terms_from({}) == (RebalanceTerms(), [])


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("risk_aversion", 0),
        ("risk_aversion", 0.009),
        ("horizon_years", -1),
        ("horizon_years", 1e-6),
        ("cash_percent", 100),
        ("min_trade", "ten"),
        ("whole_shares", "yes"),
        ("margin", -5),
        ("risk_avertion", 5),
    ],
)
def test_a_wrong_key_is_named(key: str, value: object) -> None:
    _, (problem,) = terms_from({"plan": {key: value}})
    assert key in problem.where
    assert problem.code in {"BAD_VALUE", "UNKNOWN_KEY"}


def test_something_else_than_a_table_is_told() -> None:
    _, (problem,) = terms_from({"plan": 5})
    assert problem.where == "book.toml:rebalance.plan"
