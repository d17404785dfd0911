"""What the tables and the queue say of an order: what is done, undone and owed, and the verdict."""
