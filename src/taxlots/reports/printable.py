"""Text of books as a page can show it: on one line, and in the order in which it was written."""

import re
from typing import Final

SPACES: Final = re.compile(r"\s+")
UNPRINTABLE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufeff\ufffe\uffff\ud800-\udfff]"
)
"""Controls, marks without width, marks that turn the direction of what follows, half characters."""

REPLACEMENT: Final = "\ufffd"


def printable(text: str) -> str:
    """The text with its white space as single spaces and a mark for what no page can show."""
    return UNPRINTABLE.sub(REPLACEMENT, SPACES.sub(" ", text).strip())
