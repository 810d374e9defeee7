"""The fold, compiled: the same functions with their callees bound to machine code.

Nothing else in ``law`` or ``book`` knows of numba.  Here every function that the fold reaches is
copied, its globals rebound to the compiled copies, and the exact products of ``domain.money``
replaced by those of ``book.wide``.  Compiled code sees the tables of a ``Book`` through one
pointer (to the address and length of each), because passing arrays by value through every call
costs more than the calls do.

The cache folder's name is a hash of all that goes into the code, because numba does not notice a
change in a callee of another module.
"""

import hashlib
import os
import sys
from collections.abc import Callable
from importlib.metadata import version
from pathlib import Path
from types import FunctionType
from typing import Any, Final, cast

import numba
import numpy as np
from numba.core import cgutils, types
from numba.core.typing.templates import AttributeTemplate
from numba.extending import infer_getattr, intrinsic, lower_getattr_generic, models, register_model
from numba.np.arrayobj import populate_array
from numba.np.numpy_support import from_dtype

from taxlots.book import wide
from taxlots.book.fold import fold
from taxlots.book.tables import TABLES, Book, layout
from taxlots.domain import money

Runner = Callable[[Book, int, int], int]

INNER: Final = {"no_cpython_wrapper": True, "no_cfunc_wrapper": True, "error_model": "numpy"}
"""Inner functions are never called from Python; they need no bridge from it."""

SUBSTITUTES: Final[dict[FunctionType, FunctionType]] = {
    cast("FunctionType", getattr(money, name)): cast("FunctionType", getattr(wide, name))
    for name in ("apportion", "cut", "is_whole", "ratio_exceeds")
}
FIELDS: Final = Book._fields


class BookPointer(types.Opaque):
    """The tables of a book, seen from compiled code."""

    def __init__(self) -> None:
        super().__init__(name="Book")


BOOK: Final = BookPointer()


def _table_type(name: str) -> Any:
    dtype = np.dtype(layout(TABLES[name])) if name in TABLES else np.dtype(np.int64)
    return types.Array(from_dtype(dtype), 1, "C")


TABLE_TYPES: Final = {name: _table_type(name) for name in FIELDS}

register_model(BookPointer)(models.OpaqueModel)


@infer_getattr
class _Tables(AttributeTemplate):  # type: ignore[misc]
    key = BookPointer

    def generic_resolve(self, _typ: Any, attribute: str) -> Any:
        return TABLE_TYPES[attribute]


@lower_getattr_generic(BookPointer)  # type: ignore[untyped-decorator]
def _table(context: Any, builder: Any, _typ: Any, pointer: Any, attribute: str) -> Any:
    """Load a table's address and length and make an array of them that owns nothing."""
    kind = TABLE_TYPES[attribute]
    word = context.get_value_type(types.intp)
    words = builder.bitcast(pointer, word.as_pointer())
    at = 2 * FIELDS.index(attribute)
    address = builder.load(cgutils.gep_inbounds(builder, words, at))
    length = builder.load(cgutils.gep_inbounds(builder, words, at + 1))
    array = context.make_array(kind)(context, builder)
    item_size = context.get_constant(types.intp, kind.dtype.bitwidth // 8)
    populate_array(
        array,
        data=builder.inttoptr(address, array.data.type),
        shape=cgutils.pack_array(builder, [length]),
        strides=cgutils.pack_array(builder, [item_size]),
        itemsize=item_size,
        meminfo=None,
    )
    return array._getvalue()  # noqa: SLF001 (numba's own way to read a struct proxy)


@intrinsic  # type: ignore[untyped-decorator]
def _book_at(_context: Any, addresses: Any) -> Any:
    """The book whose tables' addresses and lengths stand in an array."""

    def generate(context: Any, builder: Any, signature: Any, arguments: Any) -> Any:
        array = context.make_array(signature.args[0])(context, builder, arguments[0])
        return builder.bitcast(array.data, context.get_value_type(BOOK))

    return BOOK(addresses), generate


def compiled_fold() -> Runner:
    """``fold`` as machine code: compiled once a process, from the cache where it can be.

    The tables of its book must be arrays of the layouts in ``book.tables``.
    """
    if not _runners:
        _runners.append(_runner())
    return _runners[0]


_runners: list[Runner] = []


def _enter(addresses: Any, start: int, stop: int) -> int:
    """Where Python enters the compiled fold.

    It closes over nothing: numba's cache takes the contents of a closure for new each time.
    """
    return fold(_book_at(addresses), start, stop)


_made: list[Path] = []
"""Folders of the cache that this program had to make."""


def is_compiling() -> bool:
    """Whether this program waits for the compiler: the cache did not know what it runs."""
    return bool(_made)


def _cache_in(folder: Path) -> None:
    if not folder.is_dir():
        _made.append(folder)
    numba.config.CACHE_DIR = str(folder)


def _runner() -> Runner:
    functions = _reachable(cast("FunctionType", fold))
    _cache_in(_cache_folder(functions))
    bound = {**globals(), "fold": _compile(functions)[cast("FunctionType", fold)]}
    enter = numba.njit(cache=True)(_copy(cast("FunctionType", _enter), bound))

    def fold_tables(book: Book, start: int, stop: int) -> int:
        words = []
        for table in cast("tuple[Any, ...]", book):
            words += [table.ctypes.data, len(table)]
        return int(enter(np.array(words, np.int64), start, stop))

    return fold_tables


def compiled(*entries: Callable[..., Any]) -> list[Callable[..., Any]]:
    """Functions of plain arrays as machine code, with all of the package that they call.

    No entry calls another.  Like the fold, they are compiled where the cache does not know them.
    """
    roots = cast("list[FunctionType]", list(entries))
    functions = _all_reachable(roots)
    _cache_in(_cache_folder(functions))
    inner = _compile(functions)
    entered = []
    for root in roots:
        space = dict(sys.modules[root.__module__].__dict__)
        for name, value in list(space.items()):
            if isinstance(value, FunctionType) and value in inner:
                space[name] = inner[value]
        entered.append(numba.njit(cache=True, error_model="numpy")(_copy(root, space)))
    return entered


def _all_reachable(roots: list[FunctionType]) -> list[FunctionType]:
    return sorted(
        {function for root in roots for function in _reachable(root)},
        key=lambda f: (f.__module__, f.__code__.co_firstlineno),
    )


def _copy(function: FunctionType, space: dict[str, Any]) -> FunctionType:
    """The same function with other globals."""
    copy = FunctionType(function.__code__, space, function.__name__)
    copy.__qualname__ = function.__qualname__
    copy.__module__ = function.__module__
    return copy


def _compile(functions: list[FunctionType]) -> dict[FunctionType, Any]:
    """A compiled copy of each function, bound to the compiled copies of the others."""
    spaces: dict[str, dict[str, Any]] = {}
    for function in functions:
        spaces.setdefault(function.__module__, dict(sys.modules[function.__module__].__dict__))
    jitted: dict[FunctionType, Any] = {}
    for function in functions:
        copy = _copy(function, spaces[function.__module__])
        jitted[function] = numba.njit(cache=True, **INNER)(copy)
    for space in spaces.values():
        for name, value in list(space.items()):
            target = SUBSTITUTES.get(value, value) if isinstance(value, FunctionType) else None
            if target in jitted:
                space[name] = jitted[target]
    return jitted


def _reachable(entry: FunctionType) -> list[FunctionType]:
    """Every function of the package that the entry calls, itself included."""
    found: dict[FunctionType, None] = {}
    waiting = [entry]
    while waiting:
        named = waiting.pop()
        function = SUBSTITUTES.get(named, named)
        if function in found:
            continue
        found[function] = None
        for name in function.__code__.co_names:
            value = function.__globals__.get(name)
            if isinstance(value, FunctionType) and value.__module__.startswith("taxlots."):
                waiting.append(value)
    return sorted(found, key=lambda f: (f.__module__, f.__code__.co_firstlineno))


def _cache_folder(functions: list[FunctionType]) -> Path:
    digest = hashlib.sha256()
    modules = {f.__module__ for f in functions} | {"taxlots.book.tables", __name__}
    for module in sorted(modules):
        digest.update(Path(str(sys.modules[module].__file__)).read_bytes())
    flags = [version("numba"), version("numpy"), sys.version]
    flags += [f"{k}={v}" for k, v in sorted(os.environ.items()) if k.startswith("NUMBA_")]
    digest.update("\n".join(flags).encode())
    root = os.environ.get("TAXLOTS_CACHE") or Path.home() / ".cache" / "taxlots"
    return Path(root) / "compiled" / digest.hexdigest()[:20]
