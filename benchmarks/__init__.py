"""Every speed that the documents state, reproducible by ``python -m benchmarks``."""
