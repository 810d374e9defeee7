"""A fund's own stated measure wins over its holdings; each measure opens what it must."""

import pytest

from taxlots.plan.exposure.measures import Characteristics
from taxlots.plan.exposure.portfolio import portfolio_exposures


def test_each_measure_looks_through_only_where_the_fund_does_not_state_it() -> None:
    """A fund of 60 % stock and 35 % bonds states its beta; duration comes from what it holds."""
    found = portfolio_exposures(
        {"BALANCED": 1_000},
        {"BALANCED": {"STOCK": 0.60, "BOND": 0.35}},
        {
            "BALANCED": Characteristics(beta=0.7),
            "STOCK": Characteristics(beta=1.1, currency="EUR"),
            "BOND": Characteristics(duration=8.0, currency="USD"),
        },
        without_duration=frozenset({"STOCK"}),
    )
    assert found.exposures.dollar_beta == pytest.approx(700)
    assert found.exposures.beta.unknown == {}
    assert found.exposures.duration.weighted == pytest.approx(2_800)
    assert found.exposures.duration.unknown == {"BALANCED (holdings not listed)": pytest.approx(50)}
    assert found.exposures.currencies == {"USD": pytest.approx(350), "EUR": pytest.approx(600)}
    assert found.looked.total == {"STOCK": pytest.approx(600), "BOND": pytest.approx(350)}
