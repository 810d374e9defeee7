"""Treas. Reg. 1.1012-1(j): units are identified no later than the date and time of their sale."""

from taxlots.law.s1012_digital_assets import identified_by_sale

NOON = 12 * 3600


def test_the_moment_decides_where_both_are_stated() -> None:
    assert identified_by_sale(100, NOON, 100, NOON)
    assert not identified_by_sale(100, NOON + 1, 100, NOON)


def test_the_day_decides_where_a_time_is_not_stated() -> None:
    assert identified_by_sale(100, NOON, 100, -1)
    assert identified_by_sale(100, -1, 100, 0)
    assert not identified_by_sale(101, -1, 100, NOON)
