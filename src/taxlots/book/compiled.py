"""The fold, compiled: the same functions with their callees bound to machine code.

Nothing in ``law`` or ``book`` knows of numba.  Here every function that the fold reaches is
copied, its globals rebound to the compiled copies, and the exact products of ``domain.money``
replaced by those of ``book.wide``.  The cache folder's name is a hash of all that goes into the
code, because numba does not notice a change in a callee of another module.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from pathlib import Path
from types import FunctionType
from typing import Any, cast

from taxlots.book import fold as fold_module
from taxlots.book import wide
from taxlots.book.tables import Book
from taxlots.domain import money

Fold = Callable[[Book, int, int], int]

_SUBSTITUTES: dict[FunctionType, FunctionType] = {
    cast("FunctionType", getattr(money, name)): cast("FunctionType", getattr(wide, name))
    for name in ("apportion", "cut", "is_whole", "ratio_exceeds")
}
_compiled: list[Fold] = []


def is_cached() -> bool:
    """Whether an earlier process has compiled this very code on this machine."""
    folder = _cache_folder(_reachable(fold_module.fold))
    return folder.is_dir() and any(folder.rglob("*.nbi"))


def compiled_fold() -> Fold:
    """``fold`` as machine code: compiled once a process, from the cache where it can be."""
    if not _compiled:
        _compiled.append(cast("Fold", _compile(fold_module.fold)))
    return _compiled[0]


def _compile(entry: FunctionType) -> Any:
    import numba

    functions = _reachable(entry)
    numba.config.CACHE_DIR = str(_cache_folder(functions))
    spaces: dict[str, dict[str, Any]] = {}
    for function in functions:
        spaces.setdefault(function.__module__, dict(sys.modules[function.__module__].__dict__))
    jitted = {}
    for function in functions:
        copy = FunctionType(function.__code__, spaces[function.__module__], function.__name__)
        copy.__qualname__ = function.__qualname__
        copy.__module__ = function.__module__
        jitted[function] = numba.njit(cache=True)(copy)
    for space in spaces.values():
        for name, value in list(space.items()):
            target = _SUBSTITUTES.get(value, value) if isinstance(value, FunctionType) else None
            if target in jitted:
                space[name] = jitted[target]
    return jitted[entry]


def _reachable(entry: FunctionType) -> list[FunctionType]:
    """Every function of the package that the entry calls, itself included."""
    found: dict[FunctionType, None] = {}
    waiting = [entry]
    while waiting:
        function = _SUBSTITUTES.get(waiting[-1], waiting[-1])
        waiting.pop()
        if function in found:
            continue
        found[function] = None
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            if isinstance(value, FunctionType) and value.__module__.startswith("taxlots."):
                waiting.append(value)
    return sorted(found, key=lambda f: (f.__module__, f.__code__.co_firstlineno))


def _cache_folder(functions: list[FunctionType]) -> Path:
    from importlib.metadata import version

    digest = hashlib.sha256()
    for module in sorted({f.__module__ for f in functions} | {"taxlots.book.tables"}):
        digest.update(Path(str(sys.modules[module].__file__)).read_bytes())
    flags = [version("numba"), version("numpy"), sys.version]
    flags += [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_")]
    digest.update("\n".join(flags).encode())
    root = os.environ.get("TAXLOTS_CACHE") or Path.home() / ".cache" / "taxlots"
    return Path(root) / "compiled" / digest.hexdigest()[:20]
