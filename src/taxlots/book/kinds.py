"""Numbers for what the fold distinguishes: kinds of event, flags, rules, faults."""

from typing import Final

OPEN: Final = 0
SELL: Final = 1
SPLIT: Final = 2
TRANSFER: Final = 3
DEPART: Final = 4
OPEN_OUTSIDE: Final = 5
ARRIVE: Final = 6
RETURN: Final = 7
DISTRIBUTE: Final = 8
ADJUST: Final = 9
RENAME: Final = 10

FIFO: Final = 0
LIFO: Final = 1
HIFO: Final = 2
LOFO: Final = 3
MINTAX: Final = 4

# Flags of a lot, kept by its sub-lots and by what is realized from them.
ACQUISITION: Final = 1
"""Acquired by purchase or taxable exchange: may replace a loss."""
UNUSED: Final = 2
"""Stands in the queue of candidates: has not replaced a loss yet."""
REPLACEMENT: Final = 4
INHERITED: Final = 8
DUAL_BASIS: Final = 16
UNKNOWN_BASIS: Final = 32
CLOSED: Final = 256
"""A sold piece that may still count as replacement under a literal reading (D1, D2)."""
TESTED: Final = 2048
"""A realized loss to which section 1091 applies."""
RESTATED: Final = 4096
ADJUSTED: Final = 8192

# Flags of a position.
TAX_DEFERRED: Final = 1
EXEMPT: Final = 2
"""Losses here are not tested: a section 475 account, a digital asset, a section 1256 contract."""
NO_CANDIDATE: Final = 4
"""Acquisitions here do not replace losses (decision D19)."""
OUTSIDE: Final = 8
"""Lots on their way: known to exist, in no account."""
HIGH_HEAP: Final = 32
LOW_HEAP: Final = 64

# Owners, as far as decision D8 tells them apart.
SELF: Final = 0
SPOUSE: Final = 1
JOINT: Final = 2
OTHER_OWNER: Final = 3

# Why a match ended as it did.
STEPS_UP: Final = 0
PERMANENT_DEFERRED: Final = 1
PERMANENT_RETURN: Final = 2
PERMANENT_SPOUSE: Final = 3

# Faults.
OVERSOLD: Final = 1
LOT_NOT_HELD: Final = 2
SPLIT_CUT: Final = 3
SPLIT_ERASES: Final = 4
NEGATIVE_BASIS: Final = 5
NOTHING_TO_ADJUST: Final = 6
RETURN_DIFFERS: Final = 7
EARLIER_YEAR_RESTATED: Final = 8

UNSTATED: Final = -(1 << 31)
"""A date or an amount that a row leaves blank."""
