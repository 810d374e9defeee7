"""A plan of many households takes the work of each, and no more for there being others."""

from dataclasses import replace

import pytest
from tests.plan.situations import World, account

from taxlots.plan.harvest import plan
from taxlots.plan.harvest_value import LossesTaken
from taxlots.plan.situation import Situation
from taxlots.plan.year_tax import year_tax


def neighbours(count: int) -> Situation:
    """So many households with one loss each."""
    w = World({"A": "8", "P": "8"}, proxies=[("A", "P")])
    w.accounts = {f"a{n}": account(f"a{n}", household=f"h{n}") for n in range(count)}
    for n in range(count):
        w.lot(f"lot-{n}", 10, "A", 90 + n, where=f"a{n}")
    situation = w.situation()
    years = {name: year_tax(profile, None) for name, profile in situation.profiles.items()}
    return replace(situation, years={name: year for name, year in years.items() if year})


def test_the_losses_of_other_returns_are_not_copied(monkeypatch: pytest.MonkeyPatch) -> None:
    copied = []
    plain = LossesTaken.copy

    def counted(losses: LossesTaken) -> LossesTaken:
        copied.append(losses)
        return plain(losses)

    monkeypatch.setattr(LossesTaken, "copy", counted)
    counts = []
    for households in (5, 10):
        copied.clear()
        proposal = plan(neighbours(households))
        assert sum(verdict.reason.is_harvest for verdict in proposal.verdicts) == households
        counts.append(len(copied))

    assert counts[1] == 2 * counts[0]


def test_each_return_sums_its_own_losses() -> None:
    proposal = plan(neighbours(3))

    assert [(one.tax_return, one.long_cents) for one in proposal.returns] == [
        ("h0", 10_00),
        ("h1", 11_00),
        ("h2", 12_00),
    ]
