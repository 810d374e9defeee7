"""JSON of custodians and aggregators, read exactly: decimals, places, and nothing ambiguous.

The standard library's reader makes floats, keeps the last of two equal names and forgets where an
object stood.  Money must stay exact, a doubled name is a damaged file, and messages name lines.
"""

import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from functools import lru_cache
from typing import Final, TypeAlias

from taxlots.brokers.findings import AGAIN, Findings, quoted

MAX_CHARS: Final = 64_000_000
"""No file of lots and transactions comes near this."""
MAX_DEPTH: Final = 40
"""How deeply lists and objects may be nested."""

_GAP = re.compile(r"[ \t\n\r]*")
_STRING = re.compile(r'"(?:[^"\\\x00-\x1f]|\\(?:["\\/bfnrt]|u[0-9a-fA-F]{4}))*"')
_NUMBER = re.compile(r"-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][-+]?\d{1,2})?(?![\d.eE+-])", re.ASCII)
_WORD = re.compile(r"true|false|null")
_WORDS: Final = {"true": True, "false": False, "null": None}
_LONGEST_NUMBER: Final = 40

Json: TypeAlias = "JsonRecord | tuple[Json, ...] | str | Decimal | bool | None"
"""A value: objects, lists as tuples, numbers as Decimals."""


@dataclass(frozen=True, slots=True)
class JsonRecord:
    """An object: its members, the line on which it starts, and its own text."""

    members: "dict[str, Json]"
    line: int
    start: int
    end: int
    source: str = field(repr=False)

    @property
    def raw(self) -> str:
        """The object's text, unchanged."""
        return self.source[self.start : self.end]

    def text(self, name: str) -> str:
        """A member that is text, a number or a truth value, as text; blank if there is none."""
        return scalar_text(self.members.get(name))

    def record(self, name: str) -> "JsonRecord | None":
        """A member that is an object."""
        found = self.members.get(name)
        return found if isinstance(found, JsonRecord) else None

    def records(self, name: str) -> "list[JsonRecord]":
        """The objects of a member that is a list; whatever else it holds is left out."""
        return records_of(self.members.get(name))

    def cells(self) -> dict[str, str]:
        """The plain members as text, by name."""
        return {
            name: scalar_text(value)
            for name, value in self.members.items()
            if not isinstance(value, JsonRecord | tuple)
        }


def listed_records(around: JsonRecord, name: str, findings: Findings) -> list[JsonRecord]:
    """The objects of a member that is a list of them; whatever else it holds is an error."""
    value = around.members.get(name)
    found = records_of(value)
    if isinstance(value, tuple) and len(found) < len(value):
        findings.error(
            around.line, name, "BAD_ROW", f"An item of '{name}' is no JSON object.", AGAIN
        )
    return found


def scalar_text(value: Json) -> str:
    """A plain value as text: numbers without exponent, truth values as ``true`` and ``false``."""
    if isinstance(value, str):
        return value.strip()
    if isinstance(value, bool):
        return "true" if value else "false"
    return f"{value:f}" if isinstance(value, Decimal) else ""


def records_of(value: Json) -> list[JsonRecord]:
    """The objects of a list; none when it is no list."""
    items = value if isinstance(value, tuple) else ()
    return [item for item in items if isinstance(item, JsonRecord)]


def read_json(text: str, findings: Findings) -> Json:
    """The value that a file holds; None, with the error noted, when it is not sound JSON."""
    body = text.removeprefix("\ufeff")
    if not body.strip():
        findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return None
    if len(body) > MAX_CHARS:
        findings.error(
            1,
            "",
            "TOO_LARGE",
            f"The file has {len(body)} characters; at most {MAX_CHARS} are read.",
            "Ask for a shorter range of dates, or split it.",
        )
        return None
    try:
        return _document(body)
    except _BrokenError as fault:
        line = body.count("\n", 0, fault.at) + 1
        findings.error(line, "", fault.code, fault.what, AGAIN)
        return None


@lru_cache(maxsize=1)
def _document(body: str) -> Json:
    """The value of a text; a file of several accounts is read once for each of them."""
    return _Reader(body).document()


class _BrokenError(Exception):
    """What is wrong with the text, and where."""

    def __init__(self, at: int, what: str, code: str = "BAD_JSON") -> None:
        super().__init__(what)
        self.at = at
        self.what = what
        self.code = code


class _Reader:
    """Reads one text from left to right."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._line = 1
        self._counted = 0

    def document(self) -> Json:
        value, at = self._value(self._skip(0), 0)
        at = self._skip(at)
        if at < len(self._text):
            raise _BrokenError(at, "Something follows the end of the JSON: the file was edited.")
        return value

    def _skip(self, at: int) -> int:
        found = _GAP.match(self._text, at)
        return found.end() if found else at

    def _line_of(self, at: int) -> int:
        # Places only ever grow, so that the text is counted once.
        self._line += self._text.count("\n", self._counted, at)
        self._counted = at
        return self._line

    def _value(self, at: int, depth: int) -> tuple[Json, int]:
        first = self._text[at : at + 1]
        if first in ("{", "[") and first:
            if depth >= MAX_DEPTH:
                raise _BrokenError(at, f"The JSON is nested more than {MAX_DEPTH} deep.")
            return self._record(at, depth) if first == "{" else self._list(at, depth)
        if first == '"':
            return self._string(at)
        word = _WORD.match(self._text, at)
        if word:
            return _WORDS[word.group()], word.end()
        number = _NUMBER.match(self._text, at)
        if not number:
            raise _BrokenError(
                at, "The JSON cannot be read here: the file is cut off or was edited."
            )
        if number.end() - at > _LONGEST_NUMBER:
            raise _BrokenError(at, f"A number has more than {_LONGEST_NUMBER} digits.")
        return Decimal(number.group()), number.end()

    def _string(self, at: int) -> tuple[str, int]:
        found = _STRING.match(self._text, at)
        if not found:
            raise _BrokenError(at, "A text does not end, or holds what JSON does not allow.")
        value = str(json.loads(found.group())) if "\\" in found.group() else found.group()[1:-1]
        if any(sign in value for sign in ("\0", "\ufffd")) or not _is_encodable(value):
            raise _BrokenError(at, "A text holds characters that were lost.")
        return value, found.end()

    def _record(self, start: int, depth: int) -> tuple[JsonRecord, int]:
        line = self._line_of(start)
        members: dict[str, Json] = {}
        at = self._skip(start + 1)
        if self._text.startswith("}", at):
            return JsonRecord(members, line, start, at + 1, self._text), at + 1
        while True:
            if not self._text.startswith('"', at):
                raise _BrokenError(at, "The name of a member is missing.")
            name, after = self._string(at)
            if name in members:
                raise _BrokenError(
                    at, f"The name {quoted(name)} is twice in one object.", "DUPLICATE_KEY"
                )
            at = self._skip(after)
            if not self._text.startswith(":", at):
                raise _BrokenError(at, "A name has no value.")
            members[name], at = self._value(self._skip(at + 1), depth + 1)
            at = self._skip(at)
            if self._text.startswith("}", at):
                return JsonRecord(members, line, start, at + 1, self._text), at + 1
            at = self._next(at, "}")

    def _list(self, start: int, depth: int) -> tuple[tuple[Json, ...], int]:
        items: list[Json] = []
        at = self._skip(start + 1)
        if self._text.startswith("]", at):
            return (), at + 1
        while True:
            value, at = self._value(at, depth + 1)
            items.append(value)
            at = self._skip(at)
            if self._text.startswith("]", at):
                return tuple(items), at + 1
            at = self._next(at, "]")

    def _next(self, at: int, end: str) -> int:
        if not self._text.startswith(",", at):
            raise _BrokenError(
                at, f"Here ',' or '{end}' is missing: the file is cut off or was edited."
            )
        return self._skip(at + 1)


def _is_encodable(value: str) -> bool:
    try:
        value.encode()
    except UnicodeEncodeError:
        return False
    return True
