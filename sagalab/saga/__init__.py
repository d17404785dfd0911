"""What in a state machine is a saga: its steps, their undos, and which belongs to which."""
