"""What the actions of custodians' files are by nature, whatever each custodian calls them."""

from dataclasses import dataclass
from enum import Enum, auto

from taxlots.domain.action import Action


class Nature(Enum):
    """How the row of an action is read."""

    SHARES_IN = auto()
    """Shares or contracts come in for money: quantity, and an amount that is not positive."""
    SHARES_OUT = auto()
    """Shares or contracts leave for money: quantity, and an amount that is not negative."""
    CASH = auto()
    """Money only; the amount keeps its sign, so that a reversal is negative."""
    COST = auto()
    """Money only; what is paid is positive in the journal."""
    MONEY_MOVE = auto()
    """Money only: DEPOSIT or WITHDRAWAL by its sign."""
    MOVE = auto()
    """Shares by the sign of the quantity: TRANSFER_IN or TRANSFER_OUT; else a money move."""
    SPLIT = auto()
    """Added shares: the ratio follows from the position before."""
    REVERSE_SPLIT = auto()
    """Two rows, the old shares negative and the new ones positive."""
    RENAME = auto()
    """Two rows of one quantity, the old symbol negative and the new one positive."""
    CANCEL = auto()
    """Takes back another row of the file."""
    EXPIRY = auto()
    """Options that end worthless; the sign of the quantity tells long from short."""
    IN_LIEU = auto()
    """Money for a fraction of a share."""
    OPTION_END = auto()
    """Options exercised or assigned; the shares come or go in a row of nature STRIKE."""
    STRIKE = auto()
    """Shares that come or go at the strike price; ``action`` tells the direction."""
    SWEEP = auto()
    """Cash that moves between the account's cash and its settlement fund: no row."""
    FACTS = auto()
    """Cannot be booked from the file alone; ``remedy`` says what to add."""


@dataclass(frozen=True, slots=True)
class Rule:
    """What one action of a custodian's becomes.

    ``action`` is that of a positive number where the sign decides, and VOID where no row comes
    of it.  ``undoes`` is the action of the rows that a cancellation takes back; ``remedy`` says
    what to write in place of a row that lacks facts.
    """

    nature: Nature
    action: Action = Action.VOID
    undoes: Action | None = None
    remedy: str = ""


def key(name: str) -> str:
    """An action's name for comparison: without case, spaces reduced."""
    return " ".join(name.split()).casefold()
