"""`python -m sagalab COMMAND`: the command line, where the program `sagalab` is not on the PATH."""

from sagalab.commands.app import main

if __name__ == "__main__":
    main()
