"""The versions of the engine and of its rules: stated here alone, read by every manifest."""

from typing import Final

__version__ = "0.1.0"

RULES_VERSION: Final = "2026.2"
"""The state of the law and of the conventions; it changes when booked figures may."""
