"""What only the developers run: `python -m tools COMMAND`. Nothing here is part of the package."""
