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
SURRENDER: Final = 11
"""A sale on terms of its own: a cash merger, a final liquidation, worthlessness."""
EXCHANGE: Final = 12
DISTRIBUTE_SHARES: Final = 13
"""A spin-off, rights, or a stock dividend of another class: basis is divided."""
OPEN_BY_TERMS: Final = 14
"""A taxable distribution of shares: a lot opens whose size follows from what is held."""
RETURN_CAPITAL: Final = 15
OPEN_SHORT: Final = 16
COVER: Final = 17
DELIVER: Final = 18
EXPIRE: Final = 19
OPEN_BY_OPTION: Final = 20
"""A call exercised, a written put assigned: stock comes in, the premium in its basis."""
OPTION_LEG: Final = 21
"""A put exercised, a written call assigned: the premium goes into the sale that follows."""
ELECT_AVERAGE: Final = 22
END_AVERAGE: Final = 23
NOTHING: Final = 24
"""An event that another one made void."""
SKIP_LOT: Final = 25
"""An opening that another event made void: its lot's number is left out."""

FIFO: Final = 0
LIFO: Final = 1
HIFO: Final = 2
LOFO: Final = 3
MINTAX: Final = 4
IBKR_MLG: Final = 5
IBKR_MLL: Final = 6
IBKR_MSG: Final = 7
IBKR_MSL: Final = 8
LOSS_FIRST: Final = 9
LONG_TERM_FIRST: Final = 10

# Flags of a lot, kept by its sub-lots and by what is realized from them.
ACQUISITION: Final = 1
"""Acquired by purchase or taxable exchange: may replace a loss."""
UNUSED: Final = 2
"""Stands in the queue of candidates: has not replaced a loss yet."""
REPLACEMENT: Final = 4
INHERITED: Final = 8
DUAL_BASIS: Final = 16
UNKNOWN_BASIS: Final = 32
COVERED: Final = 64
"""The row states that the lot is a covered security."""
NONCOVERED: Final = 128
CLOSED: Final = 256
"""A sold piece that may still count as replacement under a literal reading (D1, D2)."""
POOLED: Final = 512
"""In the average-basis pool of its position."""
PLAN: Final = 1024
"""Stock held in a dividend reinvestment plan, which can be averaged."""
TESTED: Final = 2048
"""A realized loss to which section 1091 applies."""
RESTATED: Final = 4096
ADJUSTED: Final = 8192
RIGHT: Final = 16384
"""A right to subscribe that took its basis from the stock it was distributed on."""
LONG_BACKED: Final = 32768
"""A short lot against property held long-term when it was opened (26 USC 1233(d))."""
LONG_TERM: Final = 65536
"""Long-term whatever the dates say."""
SHORT_TERM: Final = 131072
NEEDS_ADJUSTMENT: Final = 524288
"""Of unknown basis until an adjustment supplies it: a bond away from par, a partnership."""
RESTARTED: Final = 1048576
"""The holding period started anew because a short sale was closed (26 USC 1233(b))."""
CONSTRUCTIVE: Final = 262144
"""Realized by a constructive sale (26 USC 1259)."""

# Flags of an election of the average basis method.
ELECTED: Final = 1
SINGLE: Final = 2

# Flags of a position.
TAX_DEFERRED: Final = 1
EXEMPT: Final = 2
"""Losses here are not tested: a section 475 account, a digital asset, a section 1256 contract."""
NO_CANDIDATE: Final = 4
"""Acquisitions here do not replace losses (decision D19)."""
OUTSIDE: Final = 8
"""Lots on their way: known to exist, in no account."""
WRITTEN: Final = 16
"""An option that is owed, not held."""
HIGH_HEAP: Final = 32
LOW_HEAP: Final = 64
TURN_HEAP: Final = 1024
HEAPS: Final = HIGH_HEAP | LOW_HEAP | TURN_HEAP
TWO_BASES: Final = 2048
"""Has held a gift with two bases."""
SHORT: Final = 128
"""What is owed, not held: short sales and written options."""
SHORTED: Final = 256
"""A position of a symbol that its household ever sells short."""
AVERAGED: Final = 512
"""A pool of average basis may come about here."""

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
SHORT_OPEN: Final = 9
QUANTITY_DIFFERS: Final = 10
AVERAGE_IN_FORCE: Final = 11

UNSTATED: Final = -(1 << 31)
"""A date or an amount that a row leaves blank."""
