"""The importer of aggregators' JSON: lots and transactions from Plaid and from SnapTrade."""

from datetime import date
from typing import Final

from taxlots.brokers.accounts import chosen_account
from taxlots.brokers.aggregator_plaid import PlaidPages
from taxlots.brokers.aggregator_rows import journal
from taxlots.brokers.aggregator_snaptrade import SnapTradePages
from taxlots.brokers.findings import AGAIN, Findings
from taxlots.brokers.json_text import Json, JsonRecord, read_json, records_of
from taxlots.brokers.protocol import FileKind, Reading
from taxlots.brokers.text import masked, not_text

_SIGNS: Final = (
    *("institution_lot_id", "investment_transaction_id", "institution_security_id"),
    *("persistent_account_id", "institution_price", "original_purchase_datetime"),
    *("investment_transactions", "security_id", "cancel_transaction_id"),
    *("tax_lots", "data_freshness", "average_purchase_price", "option_symbol"),
    *("external_reference_id", "settlement_date", "raw_symbol", "fractional_units"),
)
"""Names of members that tell the one or the other aggregator."""
_ENOUGH: Final = 2

Pages = PlaidPages | SnapTradePages


class Aggregator:
    """Reads answers of Plaid's Investments and SnapTrade's account data as they were received.

    Formats: ``fixtures/brokers/aggregator/README.md``.
    """

    name = "aggregator"

    def can_read(self, head: str) -> bool:
        """See ``BrokerFile``."""
        is_json = head.lstrip("\ufeff \r\n\t")[:1] in ("{", "[")
        return is_json and sum(f'"{name}"' in head for name in _SIGNS) >= _ENOUGH

    def read(
        self,
        text: str,
        *,
        file: str,
        account: str,
        as_of: date | None = None,
        held: dict[str, int] | None = None,
        statement_account: str | None = None,
    ) -> Reading:
        """See ``BrokerFile``.  ``as_of``, if given, wins over the age of the data."""
        bad = not_text(text, file)
        if bad is not None:
            return Reading(broker=self.name, file=file, account=account, problems=(bad,))
        findings = Findings(file)
        document = read_json(text, findings)
        pages = None if findings.has_errors else _pages(document, findings)
        number = None
        if pages is not None:
            wanted = pages.account_named(statement_account)
            line, column = pages.first_line, pages.account_column
            number = chosen_account(pages.accounts, wanted, line, column, findings)
        if pages is None or number is None:
            return Reading(
                broker=self.name, file=file, account=account, problems=findings.in_order()
            )
        return _reading(pages, number, file, account, as_of, held, findings)


def _pages(document: Json, findings: Findings) -> Pages | None:
    """The answers that a file holds, one or several of one aggregator."""
    answers = [document] if isinstance(document, JsonRecord) else records_of(document)
    if isinstance(document, tuple) and len(answers) < len(document):
        findings.error(1, "", "BAD_ROW", "An item of the list is no JSON object.", AGAIN)
    plaid = [answer for answer in answers if PlaidPages.knows(answer)]
    if plaid and len(plaid) == len(answers):
        return PlaidPages(plaid, findings)
    snaptrade = SnapTradePages.of(answers, findings)
    if snaptrade is None:
        findings.error(
            1,
            "",
            "UNKNOWN_FORMAT",
            "The JSON is no answer of Plaid (holdings, investment_transactions) or of SnapTrade"
            " (positions, activities) that is known.",
            "Save the answer of one of these requests as it was received.",
        )
    return snaptrade


def _reading(
    pages: Pages,
    number: str,
    file: str,
    account: str,
    as_of: date | None,
    held: dict[str, int] | None,
    findings: Findings,
) -> Reading:
    entries = pages.entries(number, as_of)
    rows = journal(entries, pages.custodian, account, held, findings)
    lots = pages.open_lots(number, as_of)
    pages.check_pages()
    if not (rows or lots or findings.has_errors):
        findings.warning(
            pages.first_line,
            "",
            "NO_ROWS",
            "The file holds no lots and no transactions of this account.",
            "Check the account, the range of dates, and whether the custodian tells lots.",
        )
    whole = not findings.has_errors
    return Reading(
        broker="aggregator",
        file=file,
        account=account,
        kind=FileKind.TRANSACTIONS if pages.has_transactions else FileKind.OPEN_LOTS,
        as_of=as_of or pages.as_of,
        statement_account=masked(number),
        rows=tuple(rows) if whole else (),
        open_lots=tuple(lots) if whole else (),
        securities=pages.securities(number) if whole else (),
        problems=findings.in_order(),
    )


BROKER: Final = Aggregator()
