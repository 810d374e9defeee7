"""What holds of every audit, whatever the history."""

from collections import Counter
from fractions import Fraction

import pytest
from hypothesis import given
from tests.auditor.book import Book
from tests.auditor.engine import Audit, audit
from tests.histories import PROFILES, History, histories, random_history


def audited(history: History) -> Audit:
    return audit(
        Book(
            history.accounts,
            history.rows,
            history.securities,
            history.identical,
            history.policy,
            history.as_of,
        )
    )


def check(history: History) -> None:
    result = audited(history)
    assert result.residual == 0
    disallowed: Counter[str] = Counter()
    for match in result.wash_sales:
        disallowed[match["sale_id"]] += Fraction(match["disallowed"])
        assert match["permanent"] in {"0.00", match["disallowed"]}
    realized: Counter[str] = Counter()
    for row in result.realized:
        realized[row["sale_id"]] += Fraction(row["wash_sale_loss_disallowed"])
        assert row["nondeductible_loss"] == "0.00" or row["gain"] == "0.00"
        if not history.policy.get("sold_before_counts"):
            # Disallowing a loss never makes a gain of it.
            assert row["wash_sale_loss_disallowed"] == "0.00" or Fraction(row["gain"]) <= 0
    assert +realized == +disallowed


@pytest.mark.parametrize("block", range(4))
def test_identity_and_matches_on_random_histories(block: int) -> None:
    for seed in range(block * 100, block * 100 + 100):
        check(random_history(seed, 10 + seed % 51))


@pytest.mark.parametrize("profile", [one for one in PROFILES if one != "trades"])
def test_identity_on_histories_with_further_events(profile: str) -> None:
    for seed in range(60):
        check(random_history(seed, 10 + seed % 41, profile))


@given(histories(profile="all"))
def test_identity_on_whatever_mix_hypothesis_finds(history: History) -> None:
    check(history)


@given(histories())
def test_identity_and_matches_on_whatever_hypothesis_finds(history: History) -> None:
    check(history)


def test_random_histories_are_rich() -> None:
    """The generator draws what the comparison is for."""
    drawn = [random_history(seed, 40) for seed in range(300)]
    actions = Counter(row["action"] for history in drawn for row in history.rows)
    audits = [audited(history) for history in drawn]
    assert all(actions[action] >= 20 for action in EXPECTED_ACTIONS)
    assert sum(bool(result.wash_sales) for result in audits) > 200
    assert {row["status"] for result in audits for row in result.realized} == {
        "final",
        "provisional",
        "window_incomplete",
        "basis_unknown",
    }


def test_histories_with_further_events_are_rich() -> None:
    drawn = [random_history(seed, 40, profile) for profile in PROFILES for seed in range(60)]
    actions = Counter(row["action"] for history in drawn for row in history.rows)
    assert all(actions[action] >= 10 for action in FURTHER_ACTIONS)
    audits = [audited(history) for history in drawn]
    assert sum(row["deferred"] != "0.00" for result in audits for row in result.shorts) >= 5


FURTHER_ACTIONS = (
    "CASH_IN_LIEU",
    "TENDER",
    "MERGER",
    "CLASS_EXCHANGE",
    "SPINOFF",
    "RIGHTS",
    "RETURN_OF_CAPITAL",
    "LIQUIDATION",
    "WORTHLESS",
    "SELL_SHORT",
    "BUY_TO_COVER",
    "CLOSE_SHORT_BY_DELIVERY",
    "WRITE_OPTION",
    "CLOSE_OPTION",
    "EXERCISE",
    "ASSIGN",
    "EXPIRE",
    "ELECT_AVERAGE",
    "REVOKE_AVERAGE",
)

EXPECTED_ACTIONS = (
    "BUY",
    "SELL",
    "SELL_OPTION",
    "REINVEST",
    "RSU_VEST",
    "ESPP",
    "TAXABLE_EXCHANGE",
    "SPLIT",
    "STOCK_DIVIDEND",
    "TRANSFER",
    "TRANSFER_IN",
    "TRANSFER_OUT",
    "DONATE",
    "GIFT_OUT",
    "GIFT_IN",
    "INHERIT",
    "IRA_DISTRIBUTION",
    "BASIS_ADJUSTMENT",
    "SET_METHOD",
    "SYMBOL_CHANGE",
    "BUY_OPTION",
    "VOID",
)
