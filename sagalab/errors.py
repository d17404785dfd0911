"""The errors that a user can cause: one sentence what happened, one what to do now."""


class SagaLabError(Exception):
    """An error for people. The command line and the notebooks show it without a traceback.

    `what` says what happened and where, `cure` says what to do now (a command, if there is one).
    """

    def __init__(self, what: str, cure: str = ""):
        super().__init__(f"{what} {cure}".strip())
        self.what = what
        self.cure = cure

    def _render_traceback_(self) -> list[str]:
        """Show two lines in a notebook in place of a traceback (an IPython hook)."""
        return [line for line in (f"✗ {self.what}", f"  {self.cure}" if self.cure else "") if line]
