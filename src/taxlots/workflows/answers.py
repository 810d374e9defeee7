"""What the Python API answers: texts for people, and what the commands print as JSON."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class ChosenLots:
    """The lots of a sale: ``json`` is what ``taxlots select --json`` prints."""

    json: dict[str, Any]

    @property
    def method(self) -> str:
        """The method that chose them."""
        return str(self.json["method"])

    @property
    def order(self) -> str:
        """The lots as a sale names them: ``LOT:QUANTITY;LOT:QUANTITY``."""
        return str(self.json["order"])


@dataclass(frozen=True)
class PlanAnswer:
    """What a plan comes to: ``json`` is what its command prints with ``--json``."""

    json: dict[str, Any]

    @property
    def because(self) -> tuple[str, ...]:
        """What the figures rest on, in sentences."""
        return tuple(self.json["because"])


@dataclass(frozen=True)
class Explanation:
    """Why a figure is what it is: ``text`` for people, ``because`` for programs.

    ``because`` is what ``taxlots explain --json`` prints.
    """

    text: str
    because: dict[str, Any]

    def __str__(self) -> str:
        return self.text
