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

_TOKEN = re.compile(
    r"<!--.*?-->|<\?.*?\?>|<!\[CDATA\[(?P<cdata>.*?)\]\]>|(?P<declared><![A-Za-z])"
    r"|<(?P<end>/?)(?P<tag>[A-Za-z][A-Za-z0-9_.]*)(?:\s[^<>]*?)?(?P<empty>/?)>",
    re.DOTALL,
)
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
        _refuse_declarations(text)
        return _tree(text, found.start())
    except _BrokenError as broken:
        line = text.count("\n", 0, broken.at) + 1
        findings.error(line, "", broken.code, broken.message, AGAIN)
        return None


def _refuse_declarations(text: str) -> None:
    """No OFX file declares a document type, which could define entities without end."""
    for found in _TOKEN.finditer(text):
        if found["declared"]:
            raise _BrokenError(
                found.start(),
                "HOSTILE_XML",
                "The file declares a document type or an entity; no OFX file does that.",
            )


def _tree(text: str, start: int) -> Tag:
    top = Tag("", 0)
    stack = [top]
    line, counted = 1, 0
    tokens = [found for found in _TOKEN.finditer(text, start) if found["tag"]]
    is_met = False
    for place, found in enumerate(tokens):
        following = tokens[place + 1] if place + 1 < len(tokens) else None
        gap_end = following.start() if following else len(text)
        gap = _value(text[found.end() : gap_end])
        name = found["tag"].upper()
        line, counted = line + text.count("\n", counted, found.start()), found.start()
        if found["end"]:
            if not is_met:
                _close(stack, name, found)
            is_met = False
            if len(stack) == 1:
                return top.children[0]
            if gap:
                raise _BrokenError(
                    found.end(), "BAD_OFX", f"The text {quoted(gap)} belongs to no element."
                )
            continue
        node = Tag(name, line, found.start(), gap_end, gap)
        stack[-1].children.append(node)
        is_met = bool(following and following["end"] and following["tag"].upper() == name)
        if not (gap or is_met or found["empty"]):
            stack.append(node)
        if len(stack) > _DEEPEST:
            raise _BrokenError(found.start(), "BAD_OFX", "The elements are nested too deep.")
    opened = ", ".join(node.name for node in stack[1:4])
    raise _BrokenError(len(text), "BAD_OFX", f"The file is cut off: {opened} does not end.")


def _close(stack: list[Tag], name: str, found: re.Match[str]) -> None:
    """End an element; what was opened inside it and has no end was an empty value."""
    if name not in [node.name for node in stack[1:]]:
        raise _BrokenError(
            found.start(), "BAD_OFX", f"The element {quoted(name)} ends here but did not begin."
        )
    while stack[-1].name != name:
        empty = stack.pop()
        stack[-1].children += empty.children
        empty.children = []
    stack.pop().end = found.end()


def _value(gap: str) -> str:
    """The text of a value: comments gone, entities decoded, spaces reduced."""
    plain = _TOKEN.sub(lambda found: found["cdata"] or "", gap) if "<" in gap else gap
    plain = _ENTITY.sub(lambda found: unescape(found[0]), plain)
    return " ".join(_CONTROLS.sub(" ", plain).split())
