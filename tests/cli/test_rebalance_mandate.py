"""``taxlots rebalance`` within ``[rebalance.mandate]``, on the sample household."""

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest
from tests.cli.running import SAMPLE, taxlots

MANDATE = """
[rebalance.mandate]
do_not_buy = ["XOM"]
days_between_trades = 21

[rebalance.mandate.positions]
AAPL = 9

[rebalance.mandate.sectors]
oil = {symbols = ["XOM", "CVX", "COP", "HAL", "SLB"], most_percent = 6}
"""


@pytest.fixture
def book(tmp_path: Path) -> Path:
    shutil.copytree(SAMPLE, tmp_path / "book")
    return tmp_path / "book"


def with_keys(book: Path, text: str) -> Path:
    path = book / "book.toml"
    path.write_text(path.read_text() + text)
    return book


def test_limits_lists_and_rests_are_kept(book: Path) -> None:
    done = taxlots("rebalance", with_keys(book, MANDATE), "--json")
    assert done.status == 0, done.err
    plan = json.loads(done.out)
    limits = {one["name"]: one for one in plan["limits"]}
    assert set(limits) == {"position limit of AAPL", "sector limit of oil"}
    for one in limits.values():
        assert one["is_kept"]
        assert Decimal(one["after"]) <= Decimal(one["most"])
    assert Decimal(limits["position limit of AAPL"]["price"]) > 0
    assert any("it binds" in sentence for sentence in plan["told"])
    rested = {one.split(" ")[0] for one in plan["told"] if "at least 21 apart" in one}
    traded = {(one["action"], one["symbol"]) for one in plan["trades"]}
    assert rested
    assert not rested & {symbol for _, symbol in traded}
    assert ("BUY", "XOM") not in traded


def test_wrong_keys_and_unknown_names_are_told(book: Path) -> None:
    wrong = "\n[rebalance.mandate]\nposition_percent = 101\nposture = 1\n"
    done = taxlots("rebalance", with_keys(book, wrong))
    assert done.status == 1
    assert "position_percent" in done.err + done.out
    (book / "book.toml").write_text((SAMPLE / "book.toml").read_text())
    unknown = '\n[rebalance.mandate]\ndo_not_buy = ["NOPE"]\n[rebalance.mandate.factors]\n'
    done = taxlots("rebalance", with_keys(book, f"{unknown}value = {{most = 1}}\n"))
    assert done.status == 1
    assert "NOPE" in done.err + done.out


def test_objectives_and_risk_models_that_are_none_are_refused(book: Path, tmp_path: Path) -> None:
    done = taxlots("rebalance", book, "--objective", "tracking+luck")
    assert done.status == 2
    assert "there is no objective 'luck'" in done.err
    done = taxlots("rebalance", book, "--objective", "views")
    assert done.status == 2
    assert "[rebalance.views]" in done.err
    done = taxlots("rebalance", book, "--risk-model", tmp_path / "nowhere")
    assert done.status == 1
    assert "exposures.csv" in done.err + done.out
    shorts = "\n[rebalance.mandate]\nshorts = true\n"
    done = taxlots("rebalance", with_keys(book, shorts))
    assert done.status == 1
    assert "[rebalance.mandate.shorts]" in done.err + done.out


SHORTS = """
[rebalance.mandate.shorts]
accounts = ["schwab-taxable"{ira}]
most_percent = 5
symbols = ["CSCO", "XOM"]
[rebalance.plan]
objective = "tracking+views"
[rebalance.views]
annual_percent = {{CSCO = -5}}
"""


def test_shorts_of_the_mandate_are_orders_with_their_own_words(book: Path, tmp_path: Path) -> None:
    done = taxlots("rebalance", with_keys(book, SHORTS.format(ira="")), "--out", tmp_path / "plan")
    assert done.status == 0, done.err
    trades = (tmp_path / "plan" / "trades.csv").read_text()
    assert "schwab-taxable,CSCO,SELL_SHORT," in trades
    assert ",SELL_SHORT,CSCO," in (tmp_path / "plan" / "orders.csv").read_text()
    assert "XOM is not sold short" in done.out


def test_verify_refuses_shorts_in_an_ira(book: Path) -> None:
    with_keys(book, SHORTS.format(ira=', "trad-ira"'))
    for command in ("verify", "rebalance"):
        done = taxlots(command, book)
        assert done.status == 1
        assert "26 USC 408(e)(4)" in done.err + done.out
