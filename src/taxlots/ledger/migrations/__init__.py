"""Alembic migrations of the ledger; ``ledger.migrate`` applies them."""
