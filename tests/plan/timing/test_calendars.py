"""Calendar triggers on the sessions of the exchange."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from taxlots.domain.calendar import date_of, day_of
from taxlots.domain.problem import UsageError
from taxlots.market_data.calendars import sessions_between
from taxlots.plan.timing.calendars import Roll, calendar_days, favoured

SESSIONS = [day_of(day) for day in sessions_between(date(2020, 12, 1), date(2022, 1, 31))]
START = day_of(date(2020, 1, 1))


def dates(rule: str, roll: Roll = Roll.FOLLOWING) -> list[str]:
    days = [date_of(day) for day in calendar_days(rule, START, SESSIONS, roll)]
    return [day.isoformat() for day in days if day.year == 2021]


def test_the_first_of_each_quarter_is_the_next_session() -> None:
    """1 January 2021 is a holiday before a weekend; 1 April, 1 July and 1 October are sessions."""
    assert dates("FREQ=MONTHLY;INTERVAL=3;BYMONTHDAY=1") == [
        "2021-01-04",
        "2021-04-01",
        "2021-07-01",
        "2021-10-01",
    ]


def test_the_last_day_of_a_month_stays_in_its_month() -> None:
    found = dates("FREQ=MONTHLY;BYMONTHDAY=-1", Roll.MODIFIED_FOLLOWING)
    assert found[0] == "2021-01-29"
    assert found[4] == "2021-05-28"
    assert "2021-05-31" not in found
    assert dates("FREQ=MONTHLY;BYMONTHDAY=-1")[4] == "2021-06-01"
    assert dates("FREQ=MONTHLY;BYMONTHDAY=-1", Roll.PRECEDING)[-1] == "2021-12-31"


def test_good_friday_goes_to_the_monday_after() -> None:
    """The first Friday of April 2021 is Good Friday."""
    assert dates("FREQ=MONTHLY;BYDAY=1FR")[3] == "2021-04-05"


def test_every_second_week_counts_from_the_start() -> None:
    found = calendar_days("FREQ=WEEKLY;INTERVAL=2;BYDAY=WE", START, SESSIONS)
    assert all((day - START) % 14 == 0 for day in found)
    assert len(found) == 31  # from 2 December 2020 to 26 January 2022


def test_what_is_no_recurrence_is_told() -> None:
    with pytest.raises(UsageError, match="no recurrence"):
        dates("every friday")
    with pytest.raises(UsageError, match="within a day"):
        dates("FREQ=HOURLY")
    assert calendar_days("FREQ=DAILY", START, []) == []


def test_a_day_that_never_comes_is_not_looked_for_for_ever() -> None:
    assert dates("FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30") == []
    assert len(calendar_days("FREQ=DAILY;COUNT=400", START, SESSIONS)) == 44  # to 3 February 2021
    assert dates("FREQ=DAILY;UNTIL=20210105") == ["2021-01-04", "2021-01-05"]


@pytest.mark.parametrize("interval", ["0", "00", "-1"])
def test_a_recurrence_that_never_goes_on_is_told(interval: str) -> None:
    with pytest.raises(UsageError, match="INTERVAL of 1 or more"):
        dates(f"FREQ=DAILY;INTERVAL={interval};COUNT=3")
    assert dates("FREQ=DAILY;INTERVAL=10;COUNT=1") == []


def test_liquid_sessions_and_distributions_are_favoured() -> None:
    days = [SESSIONS[10], SESSIONS[50], SESSIONS[90]]
    volume = {SESSIONS[11]: 5.0, SESSIONS[12]: 9.0, SESSIONS[13]: 99.0, SESSIONS[49]: 1.0}
    found = favoured(days, SESSIONS, window=2, volume=volume, distributions=[SESSIONS[52]])
    assert found == [SESSIONS[12], SESSIONS[52], SESSIONS[90]]
    assert favoured(days, SESSIONS, window=0, volume=volume) == days


rules = st.builds(
    "FREQ={};INTERVAL={}".format,
    st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]),
    st.integers(1, 9),
)


@given(rules, st.sampled_from(Roll), st.integers(0, 900))
def test_every_day_is_a_session_and_near_its_recurrence(rule: str, roll: Roll, back: int) -> None:
    start = SESSIONS[0] - back
    found = calendar_days(rule, start, SESSIONS, roll)
    assert set(found) <= set(SESSIONS)
    assert found == sorted(set(found))
    moved = favoured(found, SESSIONS, window=1)
    assert moved == found


def test_a_day_before_the_sessions_that_are_known_stands_for_none_of_them() -> None:
    """30 December 2020 was a session; who knows sessions from January only cannot tell."""
    known = [day for day in SESSIONS if day >= day_of(date(2021, 1, 4))]
    found = calendar_days("FREQ=WEEKLY;INTERVAL=2", START, known)
    assert date_of(found[0]) == date(2021, 1, 13)
