"""The tax of a stated return: the own cases, and what is refused."""

import pytest
from tests.cases import Case, of_kind, own_cases
from tests.tax_of_year_cases import reckoned

CASES = [pytest.param(case, id=case["id"]) for case in of_kind(own_cases(), "tax_of_year")]


@pytest.mark.parametrize("case", CASES)
def test_case(case: Case) -> None:
    found = reckoned(case)
    expected = dict(case["expected"])
    for words in expected.pop("told", []):
        assert any(words in sentence for sentence in found["not_computed"]), words
    assert {key: found[key] for key in expected} == expected
