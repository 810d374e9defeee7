"""Which securities are substantially identical, and on which day."""

from datetime import date
from functools import cache

from .book import Book, day


class Identity:
    """A SYMBOL_CHANGE or CLASS_EXCHANGE, whoever states it, makes two symbols names of one."""

    def __init__(self, book: Book) -> None:
        self.book = book
        same = {"SYMBOL_CHANGE", "CLASS_EXCHANGE"}
        rows = [row for row in book.booked_rows() if row["action"] in same]
        self.renames = [(row["symbol"], row["to_symbol"]) for row in rows]
        self.replaces = cache(self._replaces)
        self.replaces_short = cache(self._replaces_short)

    def names_of(self, symbol: str) -> set[str]:
        names = {symbol}
        while True:
            more = {name for pair in self.renames if names & set(pair) for name in pair}
            if more <= names:
                return names
            names |= more

    def groups_of(self, symbol: str, on: date) -> set[tuple[str, str]]:
        names = self.names_of(symbol)
        groups = {("name", name) for name in names}
        for member in self.book.identical:
            first, last = day(member.get("from")), day(member.get("to"))
            if member["symbol"] in names and (first or on) <= on <= (last or on):
                groups.add(("listed", member["group"]))
        marks = ["cusip", "fund"]
        if self.book.decides("same_index_identical"):
            marks.append("index")
        for name in names:
            cells = self.book.security(name)
            groups |= {(mark, cells[mark]) for mark in marks if cells.get(mark)}
        return groups

    def _replaces(self, acquired: str, sold: str, on: date) -> bool:
        """Whether acquiring one replaces a loss of that day on the other.

        A call stands for its underlying; the underlying stands for the call only if they share a
        listed group; a put stands for nothing but itself and what it is listed with.
        """
        sold_groups = self.groups_of(sold, on)
        if self.groups_of(acquired, on) & sold_groups:
            return True
        option = self.book.security(acquired)
        is_call = option.get("kind") == "option" and option.get("put_call") != "put"
        underlying = option.get("underlying", "") if is_call else ""
        return bool(underlying) and bool(self.groups_of(underlying, on) & sold_groups)

    def _replaces_short(self, shorted: str, closed: str, on: date) -> bool:
        """Whether a short sale of one replaces a loss of that day on closing the other.

        A written option stands for nothing but itself.
        """
        kinds = {self.book.kind_of(symbol) for symbol in (shorted, closed)}
        if "option" in kinds:
            return shorted in self.names_of(closed)
        return bool(self.groups_of(shorted, on) & self.groups_of(closed, on))
