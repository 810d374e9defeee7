"""Options that a question has no use for are refused, and not passed over in silence."""

from pathlib import Path

import pytest
from fixtures.households.six_classes import write_household
from tests.cli.running import taxlots

from taxlots.domain.problem import UsageError
from taxlots.workflows.open_book import open_book


@pytest.fixture(scope="module")
def six(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The made-up household of six classes; its market has a swap beside the futures."""
    folder = tmp_path_factory.mktemp("six") / "household"
    write_household(folder, has_overrides=False)
    with (folder / "contracts.csv").open("a") as contracts:
        contracts.write("SWAP,swap,USEQ,,200.00,1,2025-12-31,,,,false\n")
    return folder


FUTURE = ("--with", "ALL-H5", "--dollars", "-30000")
SWAP = ("--with", "SWAP", "--dollars", "-30000")
GREEKS = ("--with", "ALL-H5", "--delta", "5")
SALE = ("USEQ", "100", "--account", "joint")
QUOTES = (*SALE, "--quotes", "quotes.csv")
FORCED = (*SALE, "--forced-by", "2025-01-08")


@pytest.mark.parametrize(
    ("command", "options", "unused", "goes_with"),
    [
        ("rebalance", ("--by", "2025-01-10"), "--by", "without --withdraw"),
        (
            "rebalance",
            ("--cash", "5000", "--account", "joint", "--by", "2025-01-10"),
            "--by",
            "without --withdraw",
        ),
        ("rebalance", ("--account", "ira"), "--account", "--household"),
        ("rebalance", ("--market", "nowhere"), "--market nowhere", "without --overlay"),
        ("cash", ("--account", "ira"), "--account", "--household"),
        ("overlay", (*FUTURE, "--benchmark", "USEQ"), "--benchmark", "without --to-beta"),
        ("overlay", (*SWAP, "--rate", "0.04"), "--rate", "futures"),
        ("overlay", (*SWAP, "--reserve-days", "0"), "--reserve-days", "futures"),
        ("overlay", (*GREEKS, "--instead-of", "USEQ"), "--instead-of", "greeks"),
        ("overlay", ("--curve", "BIG", "--dollars", "5"), "--dollars", "with --curve"),
        ("overlay", ("--curve", "BIG", "--with", "BIG-H5"), "--with", "with --curve"),
        ("schedule", (*SALE, "--risk-aversion", "3"), "--risk-aversion", "almgren-chriss"),
        ("schedule", (*QUOTES, "--over", "3"), "--over", "with --quotes"),
        ("schedule", (*QUOTES, "--price", "200"), "--price", "with --quotes"),
        ("schedule", (*FORCED, "--by", "vwap"), "--by", "with --forced-by"),
        ("schedule", (*FORCED, "--over", "3"), "--over", "with --forced-by"),
    ],
)
def test_an_option_that_nothing_uses_is_refused_by_name(
    six: Path, command: str, options: tuple[str, ...], unused: str, goes_with: str
) -> None:
    done = taxlots(command, six, *options)
    assert done.status == 2
    said = " ".join(done.err.split())
    assert f"{unused} has no effect" in said
    assert goes_with in said
    assert f"leave {unused} out" in said


def test_several_that_nothing_uses_are_named_together(six: Path) -> None:
    done = taxlots("schedule", six, *QUOTES, "--over", "3", "--by", "vwap")
    assert done.status == 2
    assert "--over, --by have no effect with --quotes" in done.err


def test_python_refuses_as_the_command_does(six: Path) -> None:
    book = open_book(str(six))
    with pytest.raises(UsageError, match="--by has no effect without --withdraw"):
        book.rebalance(by="2025-01-10")
    with pytest.raises(UsageError, match="--account has no effect"):
        book.cash(account="joint")
    with pytest.raises(UsageError, match="--over has no effect with --forced-by"):
        book.schedule("joint", "USEQ", 100, over=3, forced_by="2025-01-08")
