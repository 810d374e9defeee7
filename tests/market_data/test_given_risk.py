"""A risk model that somebody gives is read exactly, or every error is told where it stands."""

from pathlib import Path

import numpy as np
import pytest

from taxlots.domain.problem import DataError
from taxlots.market_data.given_risk import read_risk_model
from taxlots.plan.risk import problems_of_risk

EXPOSURES = "symbol,market,value\nA,1.1,0.2\nB,0.9,-0.3\n"
COVARIANCE = "factor,value,market\nmarket,0.006,0.04\nvalue,0.01,0.006\n"
SPECIFIC = "symbol,volatility\nB,0.3\nA,0.2\nC,0.1\n"


def folder(
    at: Path, exposures: str = EXPOSURES, covariance: str = COVARIANCE, specific: str = SPECIFIC
) -> Path:
    (at / "exposures.csv").write_text(exposures)
    (at / "covariance.csv").write_text(covariance)
    (at / "specific.csv").write_text(specific)
    return at


def test_covariance_is_exposures_times_factors_plus_specific(tmp_path: Path) -> None:
    """Factors in any order on both sides, securities in any order of specific.csv."""
    given = read_risk_model(folder(tmp_path))
    loads = np.array([[1.1, 0.2], [0.9, -0.3]])
    factors = np.array([[0.04, 0.006], [0.006, 0.01]])
    expected = loads @ factors @ loads.T + np.diag([0.04, 0.09])
    assert np.allclose(given.model.covariance(), expected)
    assert given.exposures == {"market": {"A": 1.1, "B": 0.9}, "value": {"A": 0.2, "B": -0.3}}
    assert not given.told


def test_an_indefinite_covariance_is_told_and_the_nearest_is_taken(tmp_path: Path) -> None:
    """Correlation above one: no returns have it.  Eigenvalues below zero become zero."""
    wrong = "factor,market,value\nmarket,0.01,0.02\nvalue,0.02,0.01\n"
    given = read_risk_model(folder(tmp_path, covariance=wrong))
    (told,) = given.told
    assert "indefinite (smallest eigenvalue -0.01)" in told
    nearest = np.full((2, 2), 0.015)
    loads = np.array([[1.1, 0.2], [0.9, -0.3]])
    expected = loads @ nearest @ loads.T + np.diag([0.04, 0.09])
    assert np.allclose(given.model.covariance(), expected)


def test_a_singular_model_is_told_and_can_be_used(tmp_path: Path) -> None:
    given = read_risk_model(folder(tmp_path, specific="symbol,volatility\nA,0\nB,0.3\n"))
    (told,) = given.told
    assert told.startswith("specific.csv gives A no risk of its own")
    assert not problems_of_risk(given.model)


@pytest.mark.parametrize(
    ("files", "where", "code"),
    [
        ({"exposures": "name,market\nA,1\n"}, "exposures.csv:1", "BAD_COLUMNS"),
        ({"exposures": "symbol,market,value\nA,1,x\n"}, "exposures.csv:2", "NOT_A_NUMBER"),
        ({"exposures": "symbol,market,value\nA,1\n"}, "exposures.csv:2", "NOT_A_NUMBER"),
        ({"exposures": EXPOSURES + "A,1,1\n"}, "exposures.csv:A", "TWICE"),
        ({"covariance": "factor,market\nmarket,0.1\n"}, "covariance.csv", "FACTORS_DIFFER"),
        (
            {"covariance": "factor,market,value\nmarket,1,0.1\nvalue,0.2,1\n"},
            "covariance.csv",
            "NOT_SYMMETRIC",
        ),
        ({"specific": "symbol,volatility\nA,0.2\n"}, "specific.csv", "NO_RISK"),
    ],
)
def test_every_error_is_named(tmp_path: Path, files: dict[str, str], where: str, code: str) -> None:
    with pytest.raises(DataError) as told:
        read_risk_model(folder(tmp_path, **files))
    assert [(one.where, one.code) for one in told.value.problems] == [(where, code)]


def test_a_missing_file_and_a_missing_security_are_named(tmp_path: Path) -> None:
    folder(tmp_path)
    (tmp_path / "specific.csv").unlink()
    with pytest.raises(DataError, match="specific"):
        read_risk_model(tmp_path)
    given = read_risk_model(folder(tmp_path))
    with pytest.raises(DataError, match="knows nothing of Z"):
        given.model.of(["A", "Z"])
