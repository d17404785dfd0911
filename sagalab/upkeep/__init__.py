"""Whether this computer has what the workshop needs (`sagalab doctor`), and its start (`sagalab lab`)."""
