"""Every rule names its authority and has a case; every case names its rules."""

import sys
from collections.abc import Callable
from contextlib import suppress
from datetime import date
from functools import partial
from importlib import import_module
from pathlib import Path
from types import FrameType
from typing import Any

from tests.cases import Case, own_cases, write_book
from tests.law.rules import cases_of, rules

from taxlots.domain.problem import DataError
from taxlots.law.cites import CITATIONS, authorities_of
from taxlots.workflows.replay import write_replay

REPLAYED = {"ledger", "neighbour"}
"""Kinds of cases that are books; ``reckoned(case)`` of ``tests/<kind>_cases.py`` runs another."""

FORMS = ("form_4797",)
"""What a book may expect besides, run like a kind of its own."""

WITHOUT_RUN = {"holding_period"}
"""Kinds that tests/test_cases.py makes into books of its own, by rules that the others show too."""

BOOKED_OTHERWISE = {
    "s1012_digital_assets.is_allocation_complete": "asked by taxlots allocate-basis",
    "s2032_alternate_valuation.valuation_day": "told where an alternate value is refused",
    "s1012_basis.cost_of_purchase": "costs are computed as columns, book/amounts.py",
    "s1014_inheritance.inherited_is_long_term": "a flag of the lot, book/results.py",
}
"""Rules that replay does not call, and what stands in their place; the list only shrinks."""


def test_every_rule_names_its_authority() -> None:
    registered = {f"taxlots.law.{rule}" for rule in rules()}
    assert registered - set(CITATIONS) == set(), "put @cites(...) above the function"
    assert set(CITATIONS) - registered == set(), "a citation belongs to a public function"


def test_authorities_are_those_of_the_decorator() -> None:
    in_window = rules()["s1091_wash_sale.in_window"]
    assert authorities_of(in_window) == ("26 USC 1091(a)", "Treas. Reg. 1.1091-1(a)")


def test_every_rule_has_a_case() -> None:
    assert [rule for rule in rules() if not cases_of(rule)] == []


def test_no_case_names_an_unknown_rule() -> None:
    unknown = {
        case["id"]: sorted(set(case["rules"]) - set(rules()))
        for case in own_cases()
        if not set(case["rules"]) <= set(rules())
    }
    assert unknown == {}


def test_every_case_names_an_authority_and_shows_its_arithmetic() -> None:
    for case in own_cases():
        assert case["authority"], case["id"]
        assert case["arithmetic"], case["id"]


def test_case_ids_are_unique() -> None:
    ids = [case["id"] for case in own_cases()]
    assert len(ids) == len(set(ids))


def reckon(kind: str, case: Case) -> None:
    """Let the product reckon what a case is about besides booked lots."""
    import_module(f"tests.{kind}_cases").reckoned(case)


def test_the_books_run_on_the_rules(tmp_path: Path) -> None:
    """Replay and tax of the cases call every rule: none is a statement beside the product."""
    called: set[str] = set()

    def note(frame: FrameType, event: str, _argument: Any) -> None:
        name = frame.f_globals.get("__name__", "")
        if event == "call" and name.startswith("taxlots.law."):
            called.add(f"{name.removeprefix('taxlots.law.')}.{frame.f_code.co_name}")

    def watched(case: Case, run: Callable[[Case], object]) -> None:
        sys.setprofile(note)
        try:
            with suppress(DataError):  # A case that is refused fails in its own test.
                run(case)
        finally:
            sys.setprofile(None)

    def replay(case: Case) -> None:
        book = write_book(case, tmp_path / case["id"])
        as_of = date.fromisoformat(case["as_of"])
        write_replay(str(book), tmp_path / f"{case['id']}.out", as_of=as_of)
        if "broker_view" in case:
            write_replay(str(book), tmp_path / "broker", as_of=as_of, view="broker")

    for case in own_cases():
        kind, expected = case["kind"], case["expected"]
        if "errors" in expected or kind in WITHOUT_RUN:
            continue
        watched(case, replay if kind in REPLAYED else partial(reckon, kind))
        for form in FORMS:
            if form in expected:
                watched(case, partial(reckon, form))
    assert set(rules()) - called == set(BOOKED_OTHERWISE)
