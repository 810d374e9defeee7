"""The gate drops trades that do not pay, and never one that a band of a class needs."""

from pathlib import Path

import pytest
from tests.workflows.short_books import planned, short_book


@pytest.mark.parametrize("cash", ["400", "40000"])
def test_a_purchase_that_keeps_a_class_in_its_band_is_made_though_it_does_not_pay(
    tmp_path: Path, cash: str
) -> None:
    """Two securities may be held, so that BBB goes: only AAA then fills the class of both.

    By itself the purchase brings less than it costs; without it the class would end 14 % of the
    household below its band.
    """
    toml = "[rebalance.mandate]\nmost_names = 2"
    run = planned(short_book(tmp_path, toml=toml, cash=cash))
    (one,) = [part for part in run.proposal.classes if part.name == "one"]
    assert one.after > one.low - 0.001
    assert "no trades allowed reach" not in "\n".join(run.proposal.told)
    assert ("m:AAA", "BUY") in {(t.position.name, str(t.action)) for t in run.proposal.trades}
