"""Durable functions of the local cloud: AWS's own engine of its local runner, behind Lambda's API."""
