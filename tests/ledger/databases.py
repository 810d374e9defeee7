"""On which databases a test runs."""

import pytest

ON_SQLITE = pytest.mark.parametrize("database", ["sqlite"], indirect=True)
"""A test that takes long, and shows what PostgreSQL shows in another test."""
