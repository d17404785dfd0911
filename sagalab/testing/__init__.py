"""Tests for state machines: expectations of runs and of states, mocks, coverage, and the plugin for pytest."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
