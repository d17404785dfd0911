"""Saga Lab: learn, teach and demonstrate the saga pattern on AWS Step Functions.

What notebooks use is here: `from sagalab import connect, deploy, run`. The names and the rooms that they
live in stand in `__init__.pyi`. Each is imported on its first use, so that `import sagalab` is quick. No
folder here bears a public name: a public name is always the function, never a module.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
