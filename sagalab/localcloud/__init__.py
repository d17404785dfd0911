"""The local cloud, a process of its own: moto's server, adapted to behave as AWS does."""
