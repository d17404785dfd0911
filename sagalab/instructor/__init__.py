"""For instructors: the demonstration and its page, and who is where in the room."""
