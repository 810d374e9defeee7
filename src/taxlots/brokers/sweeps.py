"""Cash that moves between an account's cash and its settlement fund."""

from collections.abc import Sequence

from taxlots.brokers.entries import Entry
from taxlots.brokers.findings import Findings
from taxlots.brokers.vocabulary import Nature


def note_sweeps(entries: Sequence[Entry], findings: Findings) -> None:
    """Tell once how many rows are not booked because their cash stays in the account."""
    sweeps = [entry for entry in entries if entry.rule.nature is Nature.SWEEP]
    if sweeps:
        findings.warning(
            min(entry.line for entry in sweeps),
            "",
            "SWEEPS_LEFT_OUT",
            f"Not booked: {len(sweeps)} of the rows, which move cash within the account, into"
            " or out of its settlement fund. The book does not hold that fund.",
            "Nothing, if the settlement fund is cash to you.",
        )
