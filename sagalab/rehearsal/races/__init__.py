"""Races: orders that share rows, in every order of their calls that matters."""
