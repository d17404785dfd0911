"""Whether this computer has what the workshop needs: `sagalab doctor`."""
