"""Asset location: one household, several kinds of account, and which of them holds what."""
