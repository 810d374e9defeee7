"""``docs/reference/law.md`` and ``policy.md`` say what the code and the cases say."""

import re
from dataclasses import fields
from pathlib import Path

import pytest
from tests.cases import official_cases, own_cases
from tests.law.law_reference import law_table, spans, written_table

from taxlots.domain.policy import Policy

POLICY = Path(__file__).resolve().parents[2] / "docs" / "reference" / "policy.md"
LAW = POLICY.with_name("law.md")
CASE_ID = re.compile(r"\b[A-Z]{2}-\d{3}\b")
KNOWN = {case["id"]: case for case in official_cases() + own_cases()}
NOT_BOOKED = {"average_rounding"}


def decisions() -> dict[str, list[str]]:
    """The cells of each row of the table of policy.md, by number."""
    rows = [line.strip("| ").split(" | ") for line in POLICY.read_text("utf-8").splitlines()]
    return {row[0]: row[1:] for row in rows if re.fullmatch(r"D\d+", row[0])}


def as_toml(value: object) -> str:
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def test_the_table_of_rules_is_that_of_the_code() -> None:
    """After a change, run ``python -m tests.law.law_reference``."""
    assert written_table() == law_table()


def test_runs_of_cases_are_shortened() -> None:
    assert spans(["AA-001", "AA-002", "AA-003", "AA-005", "BB-001", "BB-002"]) == (
        "AA-001 to AA-003, AA-005, BB-001, BB-002"
    )


@pytest.mark.parametrize("document", [LAW, POLICY], ids=lambda path: path.name)
def test_documents_name_cases_that_exist(document: Path) -> None:
    assert set(CASE_ID.findall(document.read_text("utf-8"))) - set(KNOWN) == set()


def test_there_are_twenty_decisions_each_with_its_cases() -> None:
    assert list(decisions()) == [f"D{number}" for number in range(1, 21)]
    assert all(CASE_ID.search(cells[-1]) for cells in decisions().values())


@pytest.mark.parametrize("key", [field.name for field in fields(Policy)])
def test_every_key_is_explained_with_its_default(key: str) -> None:
    text = POLICY.read_text("utf-8")
    if key in NOT_BOOKED:
        assert f"`{key}`" in text
    else:
        assert f"`{key} = {as_toml(getattr(Policy(), key))}`" in text


@pytest.mark.parametrize("key", [f.name for f in fields(Policy) if f.name not in NOT_BOOKED])
def test_every_key_has_cases_for_both_of_its_values(key: str) -> None:
    """Before the semicolon those of the default, after it those of the other value."""
    cells = next(cells for cells in decisions().values() if f"`{key} = " in cells[1])
    default = getattr(Policy(), key)
    usual, other = (
        [KNOWN[name] for name in CASE_ID.findall(part)] for part in cells[-1].split(";")
    )
    assert usual
    assert other
    assert all(case["policy"].get(key, default) == default for case in usual)
    assert all(case["policy"].get(key, default) != default for case in other)
