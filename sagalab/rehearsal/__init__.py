"""Many runs under faults: the explorer, the storm, and the sandbox in which they run."""
