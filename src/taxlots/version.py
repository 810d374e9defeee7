"""The version of the engine: stated here alone, read by the build and by every manifest."""

__version__ = "0.1.0"
