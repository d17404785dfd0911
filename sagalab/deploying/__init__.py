"""Deploy the saga, look at it, and remove it: names, parts, policies, machines."""
