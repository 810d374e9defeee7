"""``[rebalance.views]`` is read exactly, and every wrong key is told."""

from taxlots.domain.rebalance_views import views_from


def test_views_are_read_in_millionths_a_year() -> None:
    table = {"annual_percent": {"JPM": 2.5, "energy": -1}, "momentum_percent": 1}
    stated, problems = views_from({"views": table})
    assert not problems
    assert stated.annual_ppm == {"JPM": 25_000, "energy": -10_000}
    assert stated.momentum_ppm == 10_000
    assert stated.is_stated
    assert not views_from({})[0].is_stated


def test_wrong_views_are_told_where_they_stand() -> None:
    wrong = {
        "annual_percent": {"JPM": "much"},
        "momentum_percent": -1,
        "momentum_months": 3,
        "momentum_skip_months": 3,
        "mood": 1,
    }
    _, problems = views_from({"views": wrong})
    assert {one.where.rpartition(":")[2] for one in problems} == {
        "annual_percent.JPM",
        "momentum_percent",
        "momentum_months",
        "mood",
    }
    assert views_from({"views": 3})[1]
