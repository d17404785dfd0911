"""The states of the language, one file a kind; `made()` reads a state of the document once."""
