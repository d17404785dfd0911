"""The judges of the exercises, one file a notebook. A file here is found by itself."""
