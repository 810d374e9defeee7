"""The decisions on which the law is silent, each a named field.

The numbers D1 to D20 are those of ``docs/reference/policy.md``.  Decisions without a field
here are conventions of the engine that have one value: D4 (what is one lot), D5 and D6
(orders of replacements and of losses), D7 (no preference between accounts), D9 and D10
(tacking is a day shift), D11 (FIFO by actual date), D13 (ties go to the earliest acquired),
D14 (MINTAX ranks per share), D15 (splits convert the share count), D18 (cents, cumulative)
and D20 (provisional until day 30 has passed).
"""

from dataclasses import dataclass
from typing import Literal


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    """How the books read the open questions of section 1091 and its neighbours.

    ``held_after_sale`` (D1): shares bought in the window replace only if still held after the
    sale order.  ``sold_before_counts`` (D2): shares sold before the loss sale count too.
    ``count_older_than_sold`` (D3): shares bought before the sold lot count (literal 1091(a)).
    ``spouse_basis_step_up`` (D8): a spouse's replacement on one return takes the loss as basis.
    ``sub_first`` (D12): which part of a partly adjusted lot leaves first.
    ``rsu_vest_is_acquisition`` (D16), ``same_index_identical`` (D17),
    ``mtm475_purchase_replaces`` (D19), ``average_rounding`` (Reg. 1.1012-1(e)).
    """

    held_after_sale: bool = True
    sold_before_counts: bool = False
    count_older_than_sold: bool = True
    spouse_basis_step_up: bool = True
    sub_first: Literal["adjusted", "unadjusted"] = "adjusted"
    rsu_vest_is_acquisition: bool = True
    same_index_identical: bool = False
    mtm475_purchase_replaces: bool = True
    average_rounding: Literal["exact", "cents"] = "exact"
