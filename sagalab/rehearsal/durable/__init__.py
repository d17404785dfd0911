"""Durable functions rehearsed: AWS's engine in this process, its clock wound forward, on the course's services in memory."""
