"""``taxlots drift``: a book against its targets, by every system that book.toml can ask for."""

import shutil
from pathlib import Path

import pytest
from tests.cli.drifting import DAY, TARGETS, asked, column, written
from tests.cli.running import ACCOUNTS, SAMPLE, database, taxlots

import taxlots as api


def test_weights_bands_and_dollars_at_every_level(tmp_path: Path) -> None:
    """35, 18, 32, 10 and 5 thousand: the tree of 53, 32, 10 and 5 %."""
    found = asked(written(tmp_path / "b"))
    assert found["value"] == "100000.00"
    assert list(column(found, "weight").items()) == [
        ("equities", "0.530000"),
        ("us equities", "0.350000"),
        ("developed equities", "0.180000"),
        ("bonds", "0.320000"),
        ("private equity", "0.100000"),
        ("gold", "0.050000"),
    ]
    us = found["by_name"]["us equities"]
    assert (us["level"], us["parent"], us["drift"]) == (1, "equities", "0.050000")
    assert (us["band_low"], us["band_high"], us["breach"]) == ("0.250000", "0.350000", "")
    assert found["is_due"] is False
    assert found["unplaced"] == [
        {"symbol": "ODD", "value": "90.00", "why": "no target for the class 'timber'"},
        {"symbol": "OLD", "value": "", "why": "no close on or before this day"},
    ]


def test_a_narrower_band_sets_off_trades_that_balance(tmp_path: Path) -> None:
    """Equities keep their 53 %, so that their parts aim at 31.8 and 21.2 %, 3 to 2."""
    toml = '[rebalance.bands]\nsystem = "relative"\nrelative_percent = 10\ndestination = "half"\n'
    found = asked(written(tmp_path / "b", toml))
    assert found["is_due"] is True
    assert column(found, "breach") == {
        "equities": "",
        "us equities": "above",
        "developed equities": "",
        "bonds": "",
        "private equity": "",
        "gold": "",
    }
    assert found["by_name"]["us equities"]["trade"] == "-3200.00"
    assert found["by_name"]["developed equities"]["trade"] == "3200.00"


def test_a_tilt_holds_between_its_dates(tmp_path: Path) -> None:
    tilted = TARGETS.replace(
        "home,gold,,0.05,,,,,,", "home,gold,,0.05,,,0.02,2024-10-01,2024-12-31,"
    )
    made = written(tmp_path / "b", targets=tilted)
    gold = asked(made)["by_name"]["gold"]
    assert (gold["strategic"], gold["tilt"], gold["target"]) == ("0.050000", "0.020000", "0.070000")
    assert asked(made, as_of="2024-09-30")["by_name"]["gold"]["tilt"] == "0.000000"


def test_a_tilt_out_of_its_band_is_told_with_the_nearest(tmp_path: Path) -> None:
    tilted = TARGETS.replace("0.45,0.55,,,,", "0.45,0.55,0.08,,,")
    ran = taxlots("drift", written(tmp_path / "b", targets=tilted), "--as-of", DAY)
    assert ran.status == 1
    assert "TARGETS_CLASH: The band of equities, 0.4500 to 0.5500, excludes its target" in ran.err
    assert "The nearest that does not is 0.4500 to 0.5800" in ran.err
    follows = "[rebalance.targets]\nbands_follow_tilt = true\n"
    found = asked(written(tmp_path / "c", follows, targets=tilted))
    assert found["by_name"]["equities"]["band_high"] == "0.630000"


def test_a_glide_path_takes_its_band_along(tmp_path: Path) -> None:
    path = TARGETS.replace("0.45,0.55,,,,", "0.45,0.55,,,,2024-12-31:0.40;2034-12-31:0.30")
    found = asked(written(tmp_path / "b", targets=path))["by_name"]
    assert (found["equities"]["band_low"], found["equities"]["band_high"]) == (
        "0.350000",
        "0.450000",
    )
    assert found["us equities"]["target"] == "0.240000"


def test_illiquid_holdings_stay_and_a_stand_in_holds_the_rest(tmp_path: Path) -> None:
    targets = TARGETS.replace("private equity,,0.10", "private equity,,0.15").replace(
        "0.35", "0.30"
    )
    toml = '[rebalance.targets]\nilliquid = ["private equity"]\nstand_in = "us equities"\n'
    found = asked(written(tmp_path / "b", toml, targets))["by_name"]
    assert (found["private equity"]["target"], found["us equities"]["target"]) == (
        "0.100000",
        "0.350000",
    )
    assert found["private equity"]["is_illiquid"] is True
    assert found["private equity"]["trade"] == "0.00"


def test_calls_to_come_raise_the_reserve(tmp_path: Path) -> None:
    toml = (
        '[rebalance.targets]\nilliquid = ["private equity"]\ncall_reserve = "gold"\n'
        'calls = [{class = "private equity", date = 2025-02-01, amount = 8000}]\n'
    )
    found = asked(written(tmp_path / "b", toml))
    assert found["by_name"]["gold"]["target"] == "0.080000"
    assert "gold keeps 0.0800 for the calls of 90 days" in found["because"]


def test_risk_parity_and_bands_by_risk_rest_on_the_closes(tmp_path: Path) -> None:
    targets = "household,asset_class,weight\nhome,us equities,0.6\nhome,bonds,0.3\nhome,gold,0.1\n"
    toml = (
        '[rebalance.targets]\nsystem = "risk_parity"\n[rebalance.bands]\nsystem = "cost_benefit"\n'
    )
    found = asked(written(tmp_path / "b", toml, targets))
    weights = {name: float(part) for name, part in column(found, "target").items()}
    assert weights["bonds"] > weights["gold"] > weights["us equities"]
    assert sum(weights.values()) == pytest.approx(1)
    assert "each of 3 classes contributes 33.3% of the variance" in found["because"][0]
    assert any("Against the rest it moves by" in said for said in found["because"])


def test_tax_of_the_lots_widens_the_upper_side(tmp_path: Path) -> None:
    """Bought at 50 and worth 100: half of each dollar is gain, at 20 % a tax of 10 %.

    In five years it is due anyway; at 5 % a year 1 - 1.05^-5 = 21.65 % of it is lost by a sale.
    """
    toml = (
        '[rebalance.bands]\nsystem = "cost_benefit"\ntax_from_lots = true\nmost_percent = 100\n'
        "classes = {gold = {tax_percent = 2}}\n"
    )
    targets = "household,asset_class,weight\nhome,us equities,0.6\nhome,bonds,0.3\nhome,gold,0.1\n"
    made = written(tmp_path / "b", toml, targets)
    missing = taxlots("drift", made, "--as-of", DAY)
    assert (missing.status, "NO_PROFILE" in missing.err) == (1, True)
    rates = "tax_return,year,short_rate,long_rate\nhome,2024,0.40,0.20\n"
    (made / "profiles.csv").write_text(rates)
    told = asked(made)["because"]
    assert "a dollar sold 226.5 bps, 216.5 of them tax" in told[0]
    assert "a dollar sold 210.0 bps, 200.0 of them tax" in told[2]


def test_the_trend_rule_moves_what_falls(tmp_path: Path) -> None:
    toml = (
        '[rebalance.targets]\nsystem = "trend"\ntrend_of = ["us equities", "developed equities"]\n'
        'trend_into = "bonds"\n'
    )
    found = asked(written(tmp_path / "b", toml))
    assert column(found, "target") == {
        "equities": "0.300000",
        "us equities": "0.300000",
        "developed equities": "0.000000",
        "bonds": "0.550000",
        "private equity": "0.100000",
        "gold": "0.050000",
    }
    assert "Trend: developed equities is below its mean" in " ".join(found["because"])


def test_a_regime_of_stress_has_its_own_targets(tmp_path: Path) -> None:
    weights = 'regime_weights = {bonds = 0.8, gold = 0.1, "private equity" = 0.1}\n'
    toml = f'[rebalance.targets]\nsystem = "regime"\nregime_of = "us equities"\n{weights}'
    calm = asked(written(tmp_path / "b", toml))
    assert calm["by_name"]["bonds"]["target"] == "0.350000"
    stress = toml + "regime_enter_percent = 2\nregime_exit_percent = 1\n"
    found = asked(written(tmp_path / "c", stress))
    assert found["by_name"]["bonds"]["target"] == "0.800000"
    assert "us equities has a volatility of" in found["because"][0]


def test_what_is_owed_counts_in_no_weight(tmp_path: Path) -> None:
    short = "s1,2024-01-05,brokerage,ODD,SELL_SHORT,5,,60.00,,,,\n".replace("ODD", "SHT")
    found = asked(written(tmp_path / "b", held=short))
    assert found["unplaced"][-1]["symbol"] == "SHT"
    assert found["unplaced"][-1]["why"].startswith("it is owed")


def test_a_security_may_have_a_target_of_its_own(tmp_path: Path) -> None:
    targets = TARGETS.replace("asset_class,parent", "asset_class,symbol,parent").replace(
        "home,gold,,", "home,,GLD,,"
    )
    rows = [
        line if "GLD" in line or line.startswith("household") else line.replace(",", ",", 1)
        for line in targets.splitlines()
    ]
    fixed = "\n".join(
        line
        if "symbol" in line or "GLD" in line
        else ",".join([*line.split(",")[:2], "", *line.split(",")[2:]])
        for line in rows
    )
    found = asked(written(tmp_path / "b", targets=fixed + "\n"))
    assert found["by_name"]["GLD"]["is_symbol"] is True
    assert found["by_name"]["GLD"]["weight"] == "0.050000"


@pytest.mark.parametrize(
    ("toml", "targets", "said"),
    [
        ("", "household,asset_class,weight\nother,gold,1\n", "NO_TARGETS"),
        ("", TARGETS.replace("0.45,0.55", "0.51,0.55"), "BAND_EXCLUDES_TARGET"),
        ("", TARGETS.replace("us equities,equities,0.30", "us equities,equities,0.40"), "PARTS_DO"),
        ("[rebalance.bands]\nwidth = 3\n", TARGETS, "UNKNOWN_KEY"),
        ('[rebalance.targets]\nilliquid = ["art"]\n', TARGETS, "'art' has no target"),
        ('[rebalance.bands]\nsystem = "volatility"\n', TARGETS.replace("bonds", "cash"), "CLASH"),
        (
            "",
            "household,asset_class,weight\nhome,art,1\n",
            "holds nothing that has a target and a close",
        ),
    ],
)
def test_contradictions_are_told_by_name(
    tmp_path: Path, toml: str, targets: str, said: str
) -> None:
    ran = taxlots("drift", written(tmp_path / "b", toml, targets), "--as-of", DAY)
    assert ran.status == 1
    assert said.lower() in ran.err.lower()
    assert ran.out == ""


def test_a_household_that_holds_nothing_is_left_out_with_a_warning(tmp_path: Path) -> None:
    made = written(tmp_path / "b", targets=TARGETS + "away,gold,,1,,,,,,\n")
    (made / "accounts.csv").write_text(ACCOUNTS + "away,far,taxable,self,,FIFO\n")
    ran = taxlots("drift", made, "--as-of", DAY)
    assert (ran.status, "Drift of away" in ran.out) == (0, False)
    assert "targets.csv:away: NOTHING_HELD (warning)" in ran.err


def test_old_closes_and_targets_below_the_whole_are_warned_of(tmp_path: Path) -> None:
    made = written(tmp_path / "b", targets=TARGETS.replace("gold,,0.05", "gold,,0.04"))
    ran = taxlots("drift", made, "--as-of", "2025-02-03")
    assert "STALE_PRICE (warning): The last close of USA is of 2024-12-31" in ran.err
    assert "TARGETS_BELOW_WHOLE" in ran.err


def test_a_database_keeps_tilts_and_parents(tmp_path: Path) -> None:
    tilted = TARGETS.replace("home,gold,,0.05,,,,,,", "home,gold,,0.05,,,0.02,,,")
    made = written(tmp_path / "b", targets=tilted)
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, made).status == 0
    assert column(asked(url), "target") == column(asked(made), "target")


def test_the_sample_is_inside_its_bands_and_python_says_the_same(tmp_path: Path) -> None:
    made = tmp_path / "sample"
    shutil.copytree(SAMPLE, made)
    ran = taxlots("drift", made)
    assert "No trade is due: everything is inside its band." in ran.out
    answer = api.open_book(made).drift(as_of="2019-12-31")
    assert answer.json["households"][0]["is_due"] is True
    assert "before tax" in answer.because[0]
