"""Lambda functions of the local cloud: worker processes, their pool, their logs."""
