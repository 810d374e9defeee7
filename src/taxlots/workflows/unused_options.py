"""Options that a question has no use for: to pass over one in silence would mislead."""

from __future__ import annotations

from collections.abc import Mapping

from taxlots.domain.problem import UsageError


def check_used(stated: Mapping[str, object], why: str) -> None:
    """Refuse options that are stated where nothing uses them.

    ``stated`` has what is written for each option: blank, None or False where it is left out.
    ``why`` goes on from "has no effect", and says what the options go with.  Raises UsageError.
    """
    unused = [name for name, value in stated.items() if value not in ("", None, False)]
    if unused:
        verb = "has" if len(unused) == 1 else "have"
        names = ", ".join(unused)
        raise UsageError(f"{names} {verb} no effect {why}; otherwise leave {names} out")
