"""What the notebooks need: checks, exercises, predictions, `%%asl`, progress, starting over."""
