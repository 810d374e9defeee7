"""``taxlots verify``: a book is what was recorded, adds up, and still books what it booked."""

import json
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from tests.cli.running import SAMPLE, book, database, taxlots

from taxlots.book.record import Record
from taxlots.workflows import verify, verify_ledger
from taxlots.workflows.replay import replay_record


def outcomes(text: str) -> dict[str, str]:
    """Check -> what it found, from plain text."""
    lines = (line.split(maxsplit=2) for line in text.splitlines()[1:])
    return {words[1]: words[0] for words in lines if words and words[0] in ("PASS", "FAIL", "SKIP")}


@pytest.fixture
def sample(tmp_path: Path) -> str:
    """The sample household in a database."""
    url = database(tmp_path / "book.db")
    assert taxlots("import", url, SAMPLE).status == 0
    return url


def test_a_folder_is_checked_for_its_books_and_the_identity() -> None:
    ran = taxlots("verify", SAMPLE)
    assert ran.status == 0
    assert outcomes(ran.out) == {
        "chain": "SKIP",
        "settings": "PASS",
        "books": "PASS",
        "engines": "SKIP",
        "identity": "PASS",
        "figures": "SKIP",
    }


def test_a_database_is_checked_for_its_chain_and_earlier_figures_too(sample: str) -> None:
    first, second = taxlots("verify", sample), taxlots("verify", sample)
    assert first.status == second.status == 0
    assert outcomes(first.out) == {
        "chain": "PASS",
        "settings": "PASS",
        "books": "PASS",
        "engines": "SKIP",
        "identity": "PASS",
        "figures": "PASS",
    }
    assert "recorded for the first time" in first.out
    assert "as booked on" in second.out


@pytest.mark.parametrize(
    ("toml", "where"),
    [
        ("[rebalance.budget]\ngains = 5\n", "book.toml:rebalance.budget:gains"),
        ('[rebalance.budget]\ntax = "much"\n', "book.toml:rebalance.budget:tax"),
        ("[rebalance.band]\nabsolute_percent = 5\n", "book.toml:rebalance:band"),
        ("[rebalance.bands]\nwidth = 5\n", "book.toml:rebalance.bands:width"),
        ('[rebalance.targets]\nsystem = "guess"\n', "book.toml:rebalance.targets:system"),
        ("[rebalance.timing]\nbuy_pace_percent = 101\n", "book.toml:rebalance.timing:buy_pace"),
        ("[rebalance.plan]\nturnover = 5\n", "book.toml:rebalance.plan:turnover"),
        ("[rebalance.location]\nhorizon = 5\n", "book.toml:rebalance.location:horizon"),
        ("[rebalance.mandate]\nposition = 5\n", "book.toml:rebalance.mandate:position"),
        ("[rebalance.overlay]\ncontract = 5\n", "book.toml:rebalance.overlay:contract"),
        ("[harvest]\nmin_los = 5\n", "book.toml:harvest:min_los"),
        ("[harvest.returns.home]\nstrict = true\n", "book.toml:harvest.returns.home:strict"),
    ],
)
def test_settings_that_only_plans_read_are_checked_too(
    toml: str, where: str, tmp_path: Path
) -> None:
    rows = "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"
    ran = taxlots("verify", book(tmp_path / "book", rows, toml='name = "Test"\n' + toml))
    assert ran.status == 1
    assert outcomes(ran.out)["settings"] == "FAIL"
    assert outcomes(ran.out)["books"] == "PASS"
    assert ran.err.count(where) == 1


def test_the_identity_is_shown_term_by_term(sample: str) -> None:
    found = json.loads(taxlots("verify", sample, "--json").out)
    terms = {name: cents(value) for name, value in found["identity"].items()}
    assert terms["residual"] == 0
    assert terms["gain"] == (
        terms["proceeds"]
        - terms["basis_in"]
        + terms["open_basis"]
        + terms["left_untaxed"]
        + terms["permanent"]
        + terms["gift_gap"]
        - terms["adjustments"]
        + terms["into_unknown"]
    )


def test_an_edited_row_of_the_journal_is_found(sample: str) -> None:
    """Even by someone who takes the triggers away first."""
    with closing(sqlite3.connect(sample.removeprefix("sqlite:///"))) as connection:
        connection.execute("DROP TRIGGER journal_no_update")
        connection.execute("UPDATE journal SET quantity_e8 = quantity_e8 + 1 WHERE sequence = 700")
        connection.commit()

    ran = taxlots("verify", sample)

    assert ran.status == 1
    assert outcomes(ran.out)["chain"] == "FAIL"
    assert outcomes(ran.out)["figures"] == "SKIP"
    assert "journal:700: CHAIN_BROKEN: " in ran.err
    assert "TRIGGER_MISSING" in ran.err


def test_a_book_with_errors_fails_and_lists_them(tmp_path: Path) -> None:
    rows = (
        "t1,2024-01-02,brokerage,ABC,BUY,10,10.00,,,,,\n"
        "t2,2024-02-01,brokerage,ABC,SELL,11,12.00,,,,,\n"
    )
    ran = taxlots("verify", book(tmp_path / "book", rows))
    assert ran.status == 1
    assert outcomes(ran.out)["books"] == "FAIL"
    assert ran.err.startswith("transactions.csv:3:quantity: OVERSOLD: ")


def book_under_another_rule(monkeypatch: pytest.MonkeyPatch) -> None:
    """A new version of the rules, whose books differ: vests no longer replace losses."""

    def other(record: Record, *arguments: Any, **options: Any) -> Any:
        policy = replace(record.policy, rsu_vest_is_acquisition=False)
        return replay_record(replace(record, policy=policy), *arguments, **options)

    for module in (verify, verify_ledger):
        monkeypatch.setattr(module, "replay_record", other)
    monkeypatch.setattr(verify_ledger, "RULES_VERSION", "2027.1")


@pytest.fixture
def new_rules(monkeypatch: pytest.MonkeyPatch) -> Callable[[], None]:
    return lambda: book_under_another_rule(monkeypatch)


def test_a_new_version_that_books_other_figures_fails_until_they_are_accepted(
    sample: str, new_rules: Callable[[], None]
) -> None:
    """INTC in the sample: a vest replaced 50 shares, 1,093.00 of loss.

    15,163.25 is the sum of the thirteen wash sales in the sample's README.
    """
    assert taxlots("verify", sample).status == 0
    new_rules()

    changed = taxlots("verify", sample, "--json")
    again = taxlots("verify", sample)
    accepted = taxlots("verify", sample, "--accept")
    afterwards = taxlots("verify", sample)

    assert changed.status == again.status == 1
    found = {d["figure"]: d for d in json.loads(changed.out)["differences"]}
    assert set(found) == {
        "wash_sale_loss_disallowed",
        "short_term_gain",
        "open_cost_basis",
        "open_wash_sale_adjustment",
    }
    disallowed = found["wash_sale_loss_disallowed"]
    assert (disallowed["before"], disallowed["after"]) == ("15163.25", "14070.25")
    for figure in found.values():
        assert cents(figure["before"]) - cents(figure["after"]) == 1093_00
    assert "BOOKED_FIGURES_CHANGED" in changed.err
    assert "rules 2026.2" in changed.err
    assert outcomes(again.out)["figures"] == "FAIL"
    assert accepted.status == 0
    assert "the changed figures are accepted and recorded" in accepted.out
    assert afterwards.status == 0
    assert "as booked on" in afterwards.out


def cents(dollars: str) -> int:
    return int(dollars.replace(".", ""))


def test_new_transactions_are_no_change_of_figures(sample: str, tmp_path: Path) -> None:
    assert taxlots("verify", sample).status == 0
    rows = "n1,2021-01-04,joint-taxable,XYZ,BUY,10,10.00,,,,,\n"
    more = book(tmp_path / "more", rows)
    for name in ("book.toml", "accounts.csv"):
        (more / name).unlink()
    assert taxlots("import", sample, more).status == 0

    ran = taxlots("verify", sample)

    assert ran.status == 0
    assert outcomes(ran.out)["figures"] == "PASS"


def test_accept_needs_a_database() -> None:
    ran = taxlots("verify", SAMPLE, "--accept")
    assert ran.status == 2
    assert "--accept is for databases" in ran.err


@pytest.mark.slow
def test_both_engines_book_a_large_journal_alike(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sample counts as large here, so that the compiled engine books it too."""
    monkeypatch.setattr(verify, "COMPILE_FROM_EVENTS", 1)
    ran = taxlots("verify", SAMPLE)
    assert ran.status == 0
    assert outcomes(ran.out)["engines"] == "PASS"
