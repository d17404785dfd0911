"""The course's services in this process: the functions of lambdas/ as they are, on tables in memory."""
