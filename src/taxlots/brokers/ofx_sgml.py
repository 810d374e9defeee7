"""The elements of an OFX file: SGML (OFX 1.x), in which values have no end tag, and XML (OFX 2.x).

One reader does for both: a tag that is followed by text is a value, any other one holds more tags
until its end tag.  A tag without text and without an end tag of its own is an empty value; that is
known when the element around it ends.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html import unescape
from typing import Final

from taxlots.brokers.findings import AGAIN, Findings, quoted

_TAG = re.compile(
    r"<(?P<end>/?)(?P<name>[A-Za-z][A-Za-z0-9_.]*)(?:\s[^<>]*?)?(?P<empty>/?)>", re.ASCII
)
_DECLARATION = re.compile(r"<![A-Za-z]")
_SKIPPED: Final = (("<!--", "-->"), ("<?", "?>"), ("<![CDATA[", "]]>"))
"""How what is no tag begins and ends.  Only the last one is text."""

_ENTITY = re.compile(r"&(?:amp|lt|gt|quot|apos|nbsp|#\d{1,6}|#x[0-9A-Fa-f]{1,5});?")
_START = re.compile(r"<OFX\b", re.IGNORECASE)
_DEEPEST: Final = 24
_CONTROLS = re.compile(r"[\x00-\x1f\x7f]+")


@dataclass(slots=True)
class Tag:
    """One element: ``value`` where it is a value, ``children`` where it holds others."""

    name: str
    line: int
    start: int = 0
    end: int = 0
    value: str = ""
    children: list["Tag"] = field(default_factory=list)

    def each(self, *names: str) -> Iterator["Tag"]:
        """Every element of these names below this one, in order; not those inside one another."""
        for child in self.children:
            if child.name in names:
                yield child
            else:
                yield from child.each(*names)

    def first(self, *names: str) -> "Tag | None":
        """The first such element."""
        return next(self.each(*names), None)

    def text(self, name: str) -> str:
        """The value of the first such element below this one; blank if there is none."""
        found = self.first(name)
        return found.value if found else ""


class _BrokenError(Exception):
    """The text is no sequence of elements."""

    def __init__(self, at: int, code: str, message: str) -> None:
        super().__init__(message)
        self.at, self.code, self.message = at, code, message


def looks_like_ofx(head: str) -> bool:
    """Whether the first characters of a file are those of an OFX file."""
    start = head.lstrip("\ufeff \t\r\n")
    return bool(re.match(r"OFXHEADER\s*:|<\?OFX\b|<OFX\b", start, re.IGNORECASE)) or (
        start.startswith("<?xml") and ("<?OFX" in head or bool(_START.search(head)))
    )


def read_ofx(text: str, findings: Findings) -> Tag | None:
    """The element ``OFX``; None, with an error noted, where there is none to read."""
    if not text.strip("\ufeff \t\r\n"):
        findings.error(1, "", "EMPTY_FILE", "The file is empty.", AGAIN)
        return None
    found = _START.search(text)
    if found is None:
        findings.error(
            1,
            "",
            "UNKNOWN_FORMAT",
            "No '<OFX>' was found: this is no OFX or QFX file.",
            "Export the investment account as 'OFX', 'QFX' or 'Quicken (Web Connect)'.",
        )
        return None
    try:
        for _ in _tokens(text[: found.start()], 0):
            pass  # What stands before the first element declares nothing, too.
        return _tree(text, found.start())
    except _BrokenError as broken:
        line = text.count("\n", 0, broken.at) + 1
        findings.error(line, "", broken.code, broken.message, AGAIN)
        return None


@dataclass(frozen=True, slots=True)
class _Token:
    """One tag and the text behind it, up to ``until``, where the next tag starts."""

    start: int
    end: int
    until: int
    name: str
    text: str
    is_end: bool
    is_empty: bool


def _tokens(text: str, start: int) -> Iterator[_Token]:
    """The tags from ``start`` on, each with the text behind it; every character is met once."""
    tag: re.Match[str] | None = None
    pieces: list[str] = []
    at = start
    while at < len(text):
        opening = text.find("<", at)
        opening = len(text) if opening < 0 else opening
        pieces.append(_decoded(text[at:opening]))
        if opening == len(text):
            break
        at, found = opening, _TAG.match(text, opening)
        if found:
            if tag:
                yield _token(tag, opening, pieces)
            tag, pieces, at = found, [], found.end()
            continue
        at = _behind(text, opening, pieces)
    if tag:
        yield _token(tag, len(text), pieces)


def _token(tag: re.Match[str], until: int, pieces: list[str]) -> _Token:
    return _Token(
        start=tag.start(),
        end=tag.end(),
        until=until,
        name=tag["name"].upper(),
        text=" ".join(_CONTROLS.sub(" ", "".join(pieces)).split()),
        is_end=bool(tag["end"]),
        is_empty=bool(tag["empty"]),
    )


def _behind(text: str, at: int, pieces: list[str]) -> int:
    """Where a comment or the like ends, or the character behind a ``<`` that begins nothing."""
    for opening, closing in _SKIPPED:
        if text.startswith(opening, at):
            end = text.find(closing, at + len(opening))
            if end < 0:
                raise _BrokenError(
                    at, "BAD_OFX", f"What begins here with {quoted(opening)} does not end."
                )
            if closing == "]]>":
                pieces.append(text[at + len(opening) : end])
            return end + len(closing)
    if _DECLARATION.match(text, at):
        raise _BrokenError(
            at,
            "HOSTILE_XML",
            "The file declares a document type or an entity; no OFX file does that.",
        )
    pieces.append("<")
    return at + 1


def _tree(text: str, start: int) -> Tag:
    top = Tag("", 0)
    stack = [top]
    line, counted = 1, 0
    opened: _Token | None = None
    for token in _tokens(text, start):
        line, counted = line + text.count("\n", counted, token.start), token.start
        is_met = opened is not None and token.is_end and token.name == opened.name
        if opened is not None and not (opened.text or opened.is_empty or is_met):
            stack.append(stack[-1].children[-1])
        opened = None
        if len(stack) > _DEEPEST:
            raise _BrokenError(token.start, "BAD_OFX", "The elements are nested too deep.")
        if not token.is_end:
            opened = token
            node = Tag(token.name, line, token.start, token.until, token.text)
            stack[-1].children.append(node)
            continue
        if not is_met:
            _close(stack, token)
        if len(stack) == 1:
            return top.children[0]
        if token.text:
            raise _BrokenError(
                token.end, "BAD_OFX", f"The text {quoted(token.text)} belongs to no element."
            )
    names = ", ".join(node.name for node in stack[1:4]) or "the file"
    raise _BrokenError(len(text), "BAD_OFX", f"The file is cut off: {names} does not end.")


def _close(stack: list[Tag], token: _Token) -> None:
    """End an element; what was opened inside it and has no end was an empty value."""
    if token.name not in [node.name for node in stack[1:]]:
        raise _BrokenError(
            token.start,
            "BAD_OFX",
            f"The element {quoted(token.name)} ends here but did not begin.",
        )
    while stack[-1].name != token.name:
        empty = stack.pop()
        stack[-1].children += empty.children
        empty.children = []
    stack.pop().end = token.end


def _decoded(text: str) -> str:
    """Text with its entities decoded, once."""
    return _ENTITY.sub(lambda found: unescape(found[0]), text) if "&" in text else text
