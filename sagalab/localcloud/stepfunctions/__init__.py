"""Step Functions of the local cloud: AWS's API (api/), and executions on our own engine (running/)."""
