"""Orders and what is done with them: scenarios, fault plans, runs, forgetting, costs."""
