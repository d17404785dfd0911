"""The explorer for any saga: a state machine with tasks of its own, under AWS's faults, in virtual time."""
