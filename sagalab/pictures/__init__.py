"""Pictures of machines and executions: diagram, timeline, time travel, comparison, grid.

Each is imported from its own file: who draws a diagram does not wait for matplotlib and pandas, which others load.
"""
