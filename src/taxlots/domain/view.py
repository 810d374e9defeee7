"""Whose books: the taxpayer's, or what a broker must report."""

from enum import StrEnum


class View(StrEnum):
    """How far section 1091 reaches.

    ``TAXPAYER``: the household's accounts, spouses, IRAs, substantially identical securities.
    ``BROKER``: what Treas. Reg. 1.6045-1(d) asks of a broker: one account, one CUSIP, covered
    securities, no compensation income in the basis, no sections 267, 852(b)(4) and 1259.
    """

    TAXPAYER = "taxpayer"
    BROKER = "broker"
