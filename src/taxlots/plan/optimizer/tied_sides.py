"""Names whose two sides a relaxation leaves worth the same: what choosing sides costs beyond it.

At the relaxation's prices both sides of such a name cost alike, and it trades a part of its jump
from sale to purchase.  Choosing one side moves the name by the rest of its jump; the others make up
for that at prices that change by the inverse of the dual's curvature.  So the choices of all tied
names cost one quadratic form more than the relaxation, as long as no other name meets a kink.  It
ranks choices well and in no time; the plan of each that is taken is solved, and bounds never come
from it.
"""

from dataclasses import dataclass
from typing import Final

import numpy as np

from taxlots.plan.optimizer.newton import Engine, Solved
from taxlots.plan.optimizer.terms import Prepared, Sides
from taxlots.plan.risk import Floats

STARTS: Final = (0.5, 0.35, 0.65)
"""Names that trade more than such a part of their jump are bought at first."""

MOST_CHANGES: Final = 100
WORTH_IT: Final = 1e-13
"""The least that a change of sides brings, as a fraction of NAV."""

SMALL: Final = 1e-9
"""Beside the largest entries of the form, what keeps it from being singular."""

Rows = np.ndarray[tuple[int], np.dtype[np.int64]]


@dataclass(frozen=True, slots=True, eq=False)
class TiedSides:
    """The tied ``names``, the part of its jump that each trades, and the quadratic ``form``.

    Choices are arrays (names,) of 1 where a name is bought and 0 where it is sold.  All are made
    of fractions of NAV.
    """

    names: Rows
    parts: Floats
    form: Floats

    @classmethod
    def of(
        cls, prepared: Prepared, run: Engine, sides: Sides, solved: Solved, tied: Rows
    ) -> "TiedSides":
        """The names that a relaxation of some sides leaves tied."""
        terms = prepared.terms
        curved, purchases, sales = run.around_ties(terms, sides, tied, solved.duals)
        jump = purchases + sales
        moved = terms.columns[tied] * jump[:, None]
        parts = np.clip((sales + solved.trades[tied]) / np.maximum(jump, WORTH_IT), 0.0, 1.0)
        return cls(tied, parts, np.asarray(moved @ np.linalg.solve(curved, moved.T)))

    def cost(self, choice: Floats) -> float:
        """What a choice costs beyond the relaxation."""
        away = choice - self.parts
        return float(0.5 * away @ self.form @ away)

    def nearest(self) -> Floats:
        """The choice that begins at the nearer side of each name."""
        return self._settled((self.parts > STARTS[0]).astype(np.float64))

    def choices(self) -> list[Floats]:
        """Choices that no change of one name or of two betters, the best first."""
        found: list[Floats] = []
        for start in STARTS:
            choice = self._settled((self.parts > start).astype(np.float64))
            if not any((choice == one).all() for one in found):
                found.append(choice)
        return sorted(found, key=self.cost)

    def most_telling(self) -> int:
        """The name that raises the bound most, on whichever side it is fixed."""
        size = self.names.size
        most = float(np.diag(self.form).max(initial=0.0))
        stiff = 1.0 / np.diag(np.linalg.inv(self.form + SMALL * max(most, SMALL) * np.eye(size)))
        nearer = np.minimum(self.parts, 1.0 - self.parts)
        return int(self.names[int(np.argmax(stiff * nearer * nearer))])

    def _settled(self, choice: Floats) -> Floats:
        """The choice after its best changes of one name or two, while they pay."""
        own = 0.5 * np.diag(self.form)
        for _ in range(MOST_CHANGES):
            turn = 1.0 - 2.0 * choice
            one = turn * (self.form @ (choice - self.parts)) + own
            two = one[:, None] + one + turn[:, None] * self.form * turn
            np.fill_diagonal(two, one)
            first, second = divmod(int(np.argmin(two)), choice.size)
            if two[first, second] >= -WORTH_IT:
                break
            for at in {first, second}:
                choice[at] = 1.0 - choice[at]
        return choice
