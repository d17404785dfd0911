"""Fixtures of the local cloud's tests: its Step Functions, and moto's without any adaptation beside it."""

from bare_moto import adapted, bare

__all__ = ["adapted", "bare"]
