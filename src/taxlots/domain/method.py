"""Relief methods: which lots a sale closes when none are named."""

from enum import StrEnum


class ReliefMethod(StrEnum):
    """A standing order for lot relief, by the name that the interchange format gives it."""

    FIFO = "FIFO"
    LIFO = "LIFO"
    HIFO = "HIFO"
    LOFO = "LOFO"
    AVERAGE = "AVERAGE"
    MINTAX = "MINTAX"
    IBKR_MLG = "IBKR_MLG"
    IBKR_MLL = "IBKR_MLL"
    IBKR_MSG = "IBKR_MSG"
    IBKR_MSL = "IBKR_MSL"
    HIGHEST_COST = "HIGHEST_COST"
    LOSS_FIRST = "LOSS_FIRST"
    LONG_TERM_FIRST = "LONG_TERM_FIRST"
