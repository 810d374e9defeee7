"""A book that is kept in a database, as the record that booking and planning read."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any, TypeVar

from taxlots.book.record import Record
from taxlots.domain.problem import Problem
from taxlots.ledger.batch import last_batch
from taxlots.ledger.database import reading, shown
from taxlots.ledger.journal import head_at, transactions_of
from taxlots.ledger.migrate import open_ledger
from taxlots.ledger.price_rows import prices_of
from taxlots.ledger.reference import (
    accounts_from,
    identical_from,
    policy_from,
    proxies_from,
    securities_from,
)
from taxlots.ledger.reference_rows import reference_of, settings_from

if TYPE_CHECKING:
    from sqlalchemy import Connection

Kind = TypeVar("Kind")


def read_record(url: str, known_at: datetime | None = None) -> tuple[Record | None, list[Problem]]:
    """The book in a database as it was known at a moment (None: now).

    Returns None with every problem where what the database holds cannot be read.  Raises
    UsageError when the database itself cannot.
    """
    with reading(open_ledger(url)) as connection:
        return record_of(connection, known_at)


def record_of(
    connection: Connection, known_at: datetime | None = None
) -> tuple[Record | None, list[Problem]]:
    """``read_record`` on a connection that is already reading or writing."""
    problems: list[Problem] = []

    def kept(result: tuple[Kind, list[Problem]]) -> Kind:
        problems.extend(result[1])
        return result[0]

    def rows(holds: str) -> list[dict[str, str]]:
        return reference_of(connection, holds, known_at)

    book = next(iter(rows("book")), {"name": "", "toml": ""})
    settings: dict[str, Any] = kept(settings_from(book["toml"]))
    batch = last_batch(connection, known_at)
    record = Record(
        name=book["name"],
        source=shown(connection.engine.url),
        policy=policy_from(settings.get("policy", {}))[0],
        accounts=kept(accounts_from(rows("accounts"), "account")),
        securities=kept(securities_from(rows("securities"), "security")),
        identical=kept(identical_from(rows("identical"), "identical_member")),
        proxies=kept(proxies_from(rows("proxies"), "proxy")),
        transactions=transactions_of(connection, known_at),
        prices=prices_of(connection, known_at),
        profiles=tuple(rows("profiles")),
        scheduled=tuple(rows("scheduled")),
        targets=tuple(rows("targets")),
        cash=tuple(rows("cash")),
        overrides=tuple(rows("overrides")),
        tax_profile=settings.get("tax_profile", {}),
        harvest=settings.get("harvest", {}),
        rebalance=settings.get("rebalance", {}),
        hashes={
            "journal": head_at(connection, "journal", batch).hash,
            "reference": head_at(connection, "reference_change", batch).hash,
        },
        file_name="journal",
        first_line=1,
        is_arrival_ordered=False,
    )
    return (None if problems else record), problems
