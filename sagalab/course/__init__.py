"""What the notebooks need: checks, exercises, predictions, quizzes, `%%asl`, progress, starting over."""
