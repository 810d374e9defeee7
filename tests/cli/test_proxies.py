"""``taxlots proxies``: what may be bought instead of a security, and what might."""

import json
from datetime import date, timedelta
from math import exp
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import ACCOUNTS, SAMPLE, book, database, taxlots

import taxlots as api
from taxlots.market_data.calendars import sessions_between

DAY = "2024-12-31"
SESSIONS = sessions_between(date(2024, 12, 31) - timedelta(days=400), date(2024, 12, 31))[-253:]

SECURITIES = """symbol,kind,index,fund,asset_class,expense_ratio,spread,adv
VTI,etf,CRSP US Total,,us_equity,0.0003,0.0001,3500000
ITOT,etf,S&P Total,,us_equity,0.0003,,
SCHB,etf,DJ Broad,,us_equity,0.0005,,
SPTM,etf,CRSP US Total,,us_equity,0.0002,,
VTSAX,mutual_fund,CRSP US Total,,us_equity,0.0004,,
VV,etf,CRSP US Large,,us_equity,,,
BND,etf,Aggregate,,us_bonds,0.0003,,
"""
POLICY = """symbol,proxy,rank,account_kind,reason,opinion_date,opinion_by,evidence,allow_same_index
VTI,SPTM,1,,one index,2024-02-01,,,
VTI,SCHB,1,,another index,2024-02-01,A. Lee CPA,memos/1.pdf,
VTI,ITOT,1,,another index,2020-02-01,A. Lee CPA,memos/1.pdf,
VTI,VV,3,,kept for the IRAs,2024-02-01,A. Lee CPA,,
"""
ROWS = (
    "b1,2023-01-05,brokerage,VTI,BUY,10,,1000.00,,,,\n"
    "b2,2024-12-20,brokerage,ITOT,BUY,5,,500.00,,,,\n"
    "b3,2024-12-31,brokerage,BND,BUY,1,,70.00,,,,\n"
)
SCHEDULED = (
    "account,symbol,date,kind,quantity,amount\n"
    "brokerage,VTI,2025-01-20,dividend,,10.00\n"
    "brokerage,SCHB,2025-01-30,dividend,,10.00\n"
    "brokerage,SCHB,2025-02-20,dividend,,10.00\n"
)
DRIFTS = {"VTI": 0.0, "SPTM": 0.0, "ITOT": 0.0008, "SCHB": 0.004, "VTSAX": 0.0}
"""How far a symbol strays from the market on every third session."""


def prices() -> str:
    """The market moves by 1 % up and down by turns; BND stands still on a few sessions only."""
    lines = ["date,symbol,close"]
    for symbol, drift in DRIFTS.items():
        close = 100.0
        for place, day in enumerate(SESSIONS):
            lines.append(f"{day},{symbol},{close:.6f}")
            close *= exp(0.01 * (-1) ** place + (drift if place % 3 == 0 else 0.0))
    lines += [f"{day},{symbol},70" for day in SESSIONS[-30:] for symbol in ("BND", "VV")]
    return "\n".join(lines) + "\n"


PRICES = prices()


def written(folder: Path, policy: str = POLICY, rows: str = ROWS, toml: str = "") -> Path:
    made = book(folder, rows, toml=toml, accounts=ACCOUNTS)
    for name, text in {
        "securities.csv": SECURITIES,
        "proxies.csv": policy,
        "prices.csv": PRICES,
        "scheduled.csv": SCHEDULED,
    }.items():
        (made / name).write_text(text, encoding="utf-8")
    return made


def asked(made: Path | str, *options: str, as_of: str = DAY) -> dict[str, Any]:
    ran = taxlots("proxies", made, *options, "--as-of", as_of, "--json")
    assert ran.status == 0, ran.err
    found = json.loads(ran.out)
    assert isinstance(found, dict)
    return found


def candidates(made: Path | str, *options: str) -> dict[str, dict[str, Any]]:
    """The candidates of VTI by symbol, in order."""
    [review] = asked(made, "VTI", *options)["reviews"]
    return {row["proxy"]: row for row in review["candidates"]}


def test_in_a_rank_the_one_that_tracks_best_is_chosen(tmp_path: Path) -> None:
    found = candidates(written(tmp_path / "book"))
    assert list(found) == ["SPTM", "ITOT", "SCHB", "VV"]
    assert {name: row["verdict"] for name, row in found.items()} == {
        "SPTM": "no",
        "ITOT": "usable",
        "SCHB": "usable",
        "VV": "usable",
    }
    assert [name for name, row in found.items() if row["chosen_in"] == ["brokerage"]] == ["ITOT"]
    assert found["ITOT"]["tracking_error"] < found["SCHB"]["tracking_error"]
    assert (found["SCHB"]["fee_difference"], found["ITOT"]["returns"]) == ("0.0002", 252)


def test_d17_a_fund_of_the_same_index_is_refused_however_well_it_correlates(
    tmp_path: Path,
) -> None:
    same = candidates(written(tmp_path / "book"))["SPTM"]
    assert (same["correlation"], same["tracking_error"]) == ("1.00", "0.00")
    assert same["refused_in"] == {"brokerage": "SAME_INDEX"}
    assert same["why"] == "tracks the same index, and no named opinion allows it"


def test_d17_a_named_opinion_lets_it_pass_with_a_warning(tmp_path: Path) -> None:
    policy = POLICY.replace("one index,2024-02-01,,,", "one index,2024-02-01,A. Lee CPA,,yes")
    same = candidates(written(tmp_path / "book", policy))["SPTM"]
    assert (same["verdict"], same["chosen_in"]) == ("usable", ["brokerage"])
    assert "tracks the same index (CRSP US Total), by the opinion of A. Lee CPA" in same["warnings"]


def test_d17_leave_without_a_name_says_what_is_missing(tmp_path: Path) -> None:
    policy = POLICY.replace("one index,2024-02-01,,,", "one index,2024-02-01,,,yes")
    same = candidates(written(tmp_path / "book", policy))["SPTM"]
    assert same["verdict"] == "no"
    assert same["warnings"][0].startswith("allow_same_index takes an opinion_by")


def test_d17_leave_of_the_harvest_rule_takes_an_opinion_and_is_told(tmp_path: Path) -> None:
    """A security on the same index is not proposed without an opinion, its date and a name.

    That is the policy's own condition (Pub. 550 asks for all facts and circumstances), so the
    switch for a whole book states them too.
    """
    toml = 'name = "Test"\n[harvest]\nallow_same_index = true\n'
    ran = taxlots("proxies", written(tmp_path / "bare", toml=toml), "--json")
    assert (ran.status, "NO_OPINION" in ran.err) == (1, True)
    toml += 'same_index_opinion_by = "A. Lee CPA"\nsame_index_opinion_date = 2024-02-01\n'
    same = candidates(written(tmp_path / "book", toml=toml))["SPTM"]
    assert same["verdict"] == "usable"
    assert same["warnings"][0].endswith("by the opinion of A. Lee CPA on every index")


def test_what_moves_as_one_on_another_index_is_warned_of(tmp_path: Path) -> None:
    found = candidates(written(tmp_path / "book"))
    assert found["ITOT"]["warnings"][0].startswith("moves as one with VTI (correlation 0.999")
    assert "on another index" in found["ITOT"]["warnings"][0]


def test_an_old_opinion_is_warned_of(tmp_path: Path) -> None:
    """1 February 2020 to 31 December 2024 are 1,795 days."""
    said = "the opinion on ITOT of 2020-02-01 is 1795 days old; opinion_max_age_days is 1095"
    made = written(tmp_path / "book")
    assert said in candidates(made)["ITOT"]["warnings"]
    toml = 'name = "Test"\n[harvest]\nopinion_max_age_days = 1795\n'
    later = candidates(written(tmp_path / "later", toml=toml))["ITOT"]["warnings"]
    assert not [text for text in later if "days old" in text]


def test_no_opinion_and_no_history_are_said(tmp_path: Path) -> None:
    policy = POLICY + "VTI,BND,4,,,,,,\n"
    bond = candidates(written(tmp_path / "book", policy))["BND"]
    assert (bond["correlation"], bond["tracking_error"], bond["returns"]) == ("", "", 0)
    assert bond["warnings"] == [
        "is us_bonds, and VTI is us_equity",
        "no dated opinion stands behind it",
        "no price history: it takes 60 sessions on which both have a close",
    ]


def test_dividends_inside_the_window_are_told(tmp_path: Path) -> None:
    [review] = asked(written(tmp_path / "book"), "VTI")["reviews"]
    paid = {row["proxy"]: row["dividends"] for row in review["candidates"]}
    assert review["dividends"] == ["2025-01-20"]
    assert paid == {"SPTM": [], "ITOT": [], "SCHB": ["2025-01-30"], "VV": []}


def test_what_the_household_holds_and_trades_is_told(tmp_path: Path) -> None:
    sold = "b4,2024-12-31,brokerage,SCHB,SELL,5,,400.00,,,,\n"
    rows = ROWS + "b0,2024-12-31,brokerage,SCHB,BUY,1,,100.00,,,,\n"
    rows = "b9,2023-01-05,brokerage,SCHB,BUY,5,,600.00,,,,\n" + rows.replace("b0", "b5") + sold
    found = candidates(written(tmp_path / "book", rows=rows))
    assert found["SCHB"]["refused_in"] == {"brokerage": "WASHES_WAITING_LOSS"}
    assert found["SCHB"]["household"][0].startswith("4 SCHB sold at a loss in brokerage on 2024")
    bought, held = found["ITOT"]["household"]
    assert bought.startswith("5 ITOT bought in brokerage on 2024-12-20 (lot b2): it replaces")
    assert bought.endswith("before 2025-01-20")
    assert held == "ITOT is held in brokerage"


def test_an_ira_buys_the_tertiary(tmp_path: Path) -> None:
    made = written(tmp_path / "book")
    found = candidates(made, "--account", "ira")
    assert {name: row["verdict"] for name, row in found.items()} == {
        "SPTM": "no",
        "SCHB": "no",
        "ITOT": "no",
        "VV": "usable",
    }
    assert found["SCHB"]["refused_in"] == {"ira": "KEPT_FOR_HARVESTS"}
    assert found == candidates(made, "--account-kind", "traditional_ira")


def test_suggestions_leave_out_what_is_identical_or_on_the_same_index(tmp_path: Path) -> None:
    policy = "symbol,proxy,rank\nVTI,ITOT,1\n"
    found = asked(written(tmp_path / "book", policy), "VTI", "--suggest")
    assert [row["symbol"] for row in found["suggestions"]] == ["SCHB", "VV"]
    assert found["left_out"] == {"SPTM": "SAME_INDEX", "VTSAX": "SAME_INDEX"}
    [review] = found["reviews"]
    assert [row["proxy"] for row in review["candidates"]] == ["ITOT"]


def test_a_suggestion_is_never_used_by_a_harvest(tmp_path: Path) -> None:
    made = written(tmp_path / "book", "symbol,proxy,rank\n", ROWS.replace("1000.00", "9000.00"))
    [review] = asked(made, "VTI", "--suggest")["reviews"]
    assert review["candidates"] == []
    ran = taxlots("harvest", made, "--out", tmp_path / "plan", "--as-of", DAY, "--json")
    verdicts = {row["lot_id"]: row["reason"] for row in json.loads(ran.out)["verdicts"]}
    assert verdicts["b1"] == "NO_REPLACEMENT"


def test_the_harvest_buys_what_is_chosen(tmp_path: Path) -> None:
    made = written(tmp_path / "book", rows=ROWS.replace("1000.00", "9000.00"))
    ran = taxlots("harvest", made, "--out", tmp_path / "plan", "--as-of", DAY, "--json")
    bought = [row["symbol"] for row in json.loads(ran.out)["orders"] if row["action"] == "BUY"]
    [chosen] = [name for name, row in candidates(made).items() if row["chosen_in"]]
    assert bought == [chosen]
    assert "proxies:VTI:ITOT: OPINION_OUT_OF_DATE (warning): The opinion on ITOT" in ran.err


def test_a_database_answers_as_its_folder_does(tmp_path: Path) -> None:
    made = written(tmp_path / "book")
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, made).status == 0
    assert asked(url, "VTI", "--suggest") == asked(made, "VTI", "--suggest")


def test_python_gives_the_same(tmp_path: Path) -> None:
    made = written(tmp_path / "book")
    found = api.open_book(made).proxies("VTI", account="ira", as_of=DAY)
    assert found.json == asked(made, "VTI", "--account", "ira")
    assert found.because[0].startswith("Proxies stand in the order of a harvest")


def test_the_listing_of_the_sample_household() -> None:
    ran = taxlots("proxies", SAMPLE)
    assert ran.status == 0
    titles = [line.split()[2] for line in ran.out.splitlines() if line.startswith("Instead of")]
    assert " ".join(titles) == "BA BXP C COP DAL GILD INTC SLB SPG T UAA WBA WFC XOM"
    refused = [line for line in ran.out.splitlines() if "substantially identical" in line]
    assert [line.split()[:3] for line in refused] == [["primary", "UA", "no"]]


def test_a_security_without_proxies(tmp_path: Path) -> None:
    ran = taxlots("proxies", written(tmp_path / "book"), "BND", "--as-of", DAY)
    assert ran.out == "Instead of BND in brokerage on 2024-12-31: proxies.csv names nothing.\n"


@pytest.mark.parametrize(
    ("options", "said"),
    [
        (("NOPE",), "does not know NOPE"),
        (("--suggest",), "name it"),
        (("VTI", "--account", "nobody"), "no account 'nobody'; it has brokerage, ira"),
        (("VTI", "--account-kind", "hsa"), "no account of the kind 'hsa'"),
        (("VTI", "--account", "ira", "--account-kind", "hsa"), "not both"),
    ],
)
def test_wrong_use_is_said(tmp_path: Path, options: tuple[str, ...], said: str) -> None:
    ran = taxlots("proxies", written(tmp_path / "book"), *options)
    assert ran.status == 2
    assert said in ran.err
