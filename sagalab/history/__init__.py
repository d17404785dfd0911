"""Executions as data, read from any history: visits, attempts, branches, iterations."""
