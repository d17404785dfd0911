"""Executions of the local cloud: the engine's runs against the real clock, and how their tasks reach services."""
