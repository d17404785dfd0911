"""IAM of the local cloud: what a request needs, what policies allow, and the refusal."""
