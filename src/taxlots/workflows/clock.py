"""Who is at work and what time it is: asked here, and handed on as arguments."""

from __future__ import annotations

import getpass
from datetime import UTC, datetime


def now() -> datetime:
    """The present moment, UTC."""
    return datetime.now(UTC)


def actor() -> str:
    """The name of who runs this; blank where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return ""
