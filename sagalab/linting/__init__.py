"""What is wrong with a state machine, in plain words, before it runs: the rules, one file a subject."""
