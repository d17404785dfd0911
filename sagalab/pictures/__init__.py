"""Pictures of machines and executions: diagram, ASL beside it, timeline, time travel, comparison, grid; their frame, their colours.

Each is imported from its own file: who draws a diagram does not wait for matplotlib and pandas, which others load.
"""
