"""The failure lab: break a saga on purpose, from Python or by a panel, and read what it did."""
