"""Form 8949 and Schedule D as lines of cents, before any format is chosen."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Form8949Row:
    """One row of Form 8949, or of those that stand on Schedule D lines 1a and 8a without it.

    ``box`` is the check box of its page, ``A`` to ``L``; ``is_straight`` marks a row that exception
    1 lets stand on Schedule D alone.  Columns (a) to (h) follow in their order: ``acquired`` and
    ``sold`` are ISO dates, or the words that the instructions give (``VARIOUS``, ``INHERITED``);
    money is in cents, ``basis_cents`` and ``gain_cents`` None where the basis is unknown.
    ``sale_id`` and ``lot_id`` name the journal rows; both are blank on a total of several rows.
    ``quantity`` is in 1e-8 units; ``status`` that of ``realized.csv``.  ``expired`` is the column,
    ``d`` or ``e``, that says "Expired" instead of an amount, which is 0: that of an option that
    lapsed.  ``wash_cents`` is the part of column (g) that code W adds.
    """

    tax_return: str
    box: str
    is_straight: bool
    description: str
    acquired: str
    sold: str
    proceeds_cents: int
    basis_cents: int | None
    codes: str
    adjustment_cents: int
    gain_cents: int | None
    account: str
    symbol: str
    quantity: int
    sale_id: str
    lot_id: str
    status: str
    expired: str = ""
    wash_cents: int = 0

    @property
    def is_long(self) -> bool:
        """Whether the row stands in Part II."""
        return self.box in "DEFJKL"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleDLine:
    """One line of Schedule D: columns (d), (e), (g) and (h), None where the form has no entry."""

    line: str
    text: str
    proceeds_cents: int | None = None
    basis_cents: int | None = None
    adjustment_cents: int | None = None
    gain_cents: int | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScheduleD:
    """Schedule D of one return and year, lines 1a to 22 in the order of the form.

    ``answers`` are the yes and no of lines 17, 20 and 22, by line.
    """

    tax_return: str
    year: int
    lines: tuple[ScheduleDLine, ...]
    answers: dict[str, bool]

    def gain_cents(self, line: str) -> int:
        """Column (h) of a line; 0 where it is blank."""
        return next(one.gain_cents or 0 for one in self.lines if one.line == line)
