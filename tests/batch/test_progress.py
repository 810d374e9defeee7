"""How far, how fast, how long: of this run alone."""

from taxlots.batch.progress import Progress


def at(accounts: int, *, kept: int = 0, seconds: float = 10.0) -> Progress:
    return Progress(
        parts=accounts // 1_000,
        all_parts=100,
        accounts=accounts,
        all_accounts=100_000,
        kept=kept,
        seconds=seconds,
    )


def test_rate_and_time_left() -> None:
    assert at(20_000).line == (
        "partition 20 of 100, 20,000 of 100,000 accounts, 2,000 accounts a second, 40 s left"
    )


def test_what_an_earlier_run_did_says_nothing_about_the_speed() -> None:
    assert at(20_000, kept=10_000).accounts_a_second == 1_000
    assert at(20_000, kept=10_000).line.endswith("1 min 20 s left")


def test_hours_are_told_as_such() -> None:
    assert at(1_000, seconds=100.0).line.endswith("2 h 45 min left")


def test_nothing_is_foretold_before_anything_is_done() -> None:
    assert at(0).seconds_left is None
    assert at(0).line == "partition 0 of 100, 0 of 100,000 accounts"
