"""Pictures of machines and executions: diagram, timeline, time travel, comparison, grid."""
