"""Filing statuses of a return.  26 USC 1(a)-(d), 2."""

from enum import StrEnum


class FilingStatus(StrEnum):
    """The five statuses, by the names that profiles and the command line give them."""

    SINGLE = "single"
    JOINT = "mfj"
    SEPARATE = "mfs"
    HEAD_OF_HOUSEHOLD = "hoh"
    SURVIVING_SPOUSE = "qss"
