"""Schwab's actions: all that are seen in public exports are known."""

import re

import pytest

from taxlots.brokers.schwab_actions import RULES, rule_of
from taxlots.brokers.vocabulary import Nature
from taxlots.domain.action import Action

SEEN = """
ADR Mgmt Fee|Adjustments|Advisor Fee|Assigned|Bank Interest|Bank Interest Adj|Bank Transfer
Bond Interest|Buy|Buy to Close|Buy to Cover|Buy to Open|Cancel Buy|Cash Dividend|Cash In Lieu
Cash Merger|Cash Merger Adj|Cash/Stock Merger|Conversion|Credit Interest|Div Adjustment
Exchange or Exercise|Expired|Foreign Tax Paid|Full Redemption|Full Redemption Adj|Funds Received
Interest Adj|Internal Transfer|IRS Withhold Adj|Journal|Journaled Shares|Long Term Cap Gain
Long Term Cap Gain Reinvest|Mandatory Reorg Exc|Margin Interest|Misc Cash Entry|Misc Credits
MoneyLink Adj|MoneyLink Deposit|MoneyLink Transfer|Name Change|Non-Qualified Div|NRA Tax Adj
NRA Withholding|Pr Yr Cash Div|Pr Yr Div Reinvest|Pr Yr Non Qual Div|Pr Yr Non-Qual Div
Pr Yr Special Div|Promotional Award|Qual Div Reinvest|Qualified Dividend|Reinvest Dividend
Reinvest Shares|Reinvestment Adj|Return Of Capital|Returned Check|Reverse Split|Security Transfer
Sell|Sell Short|Sell to Close|Sell to Open|Service Fee|Short Term Cap Gain
Short Term Cap Gain Reinvest|Special Dividend|Special Non Qual Div|Special Qual Div|Spin-off
Stock Div Dist|Stock Merger|Stock Plan Activity|Stock Split|Tax Withholding|Visa Purchase
Wire Funds|Wire Funds Received|Wire Received|Wire Sent
"""


@pytest.mark.parametrize("name", re.split(r"[|\n]", SEEN.strip()))
def test_each_action_seen_in_public_exports_is_known(name: str) -> None:
    assert rule_of(name) is not None


def test_case_and_spaces_of_an_action_do_not_matter() -> None:
    assert rule_of("  REINVEST   shares ") is rule_of("Reinvest Shares")
    assert rule_of("Reinvest") is None


def test_what_needs_facts_says_which() -> None:
    refused = [rule for rule in RULES.values() if rule.nature is Nature.FACTS]
    assert all(rule.remedy for rule in refused)


def test_an_action_without_a_row_of_its_own_is_void() -> None:
    for rule in RULES.values():
        has_none = rule.nature in (Nature.FACTS, Nature.CANCEL)
        assert (rule.action is Action.VOID) == has_none
