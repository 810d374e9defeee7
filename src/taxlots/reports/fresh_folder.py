"""A folder that is made beside the place where it will stand, and moved there whole."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from taxlots.domain.problem import UsageError


@contextmanager
def fresh_beside(folder: Path) -> Iterator[Path]:
    """A new folder beside another one, to be filled and put in its place; gone if it is not.

    Raises UsageError, which names the folder that was asked for, where nothing can be written.
    """
    target = folder.absolute()
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        fresh = Path(tempfile.mkdtemp(prefix=f".{target.name}.", dir=target.parent))
    except OSError as cause:
        raise UsageError(
            f"{folder} cannot be written: {cause.strerror}; name another place"
        ) from cause
    try:
        fresh.chmod(0o755)
        yield fresh
    except OSError as cause:
        raise UsageError(
            f"{folder} cannot be written: {cause.strerror}; name another place"
        ) from cause
    finally:
        shutil.rmtree(fresh, ignore_errors=True)
