"""How setup/run.py makes the environment and starts the workshop. Standard library only."""
