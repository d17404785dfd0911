"""Paths that are more than names and indices, as Jayway's JsonPath reads them: Step Functions has that library.

Source: https://github.com/json-path/JsonPath (README: operators, functions, filters, what is returned when).
"""

from sagalab.asl.jayway.reading import PathError, read
from sagalab.asl.jayway.walk import Nothing, Query

__all__ = ["Nothing", "PathError", "Query", "read"]
