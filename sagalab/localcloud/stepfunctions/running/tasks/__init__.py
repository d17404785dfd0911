"""How a task of an execution reaches a function, a service or a bucket, and what it answers."""
