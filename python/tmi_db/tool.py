"""What goes wrong with the tool itself: the server, the installation, the command line."""


class ToolError(Exception):
    """A failure that the command line reports as one sentence and an exit code, never as a traceback.

    Args:
        message: one sentence, without a full stop, that says what is wrong.
        exit_code: 1 error, 2 usage, 3 drift or pending migrations, 4 cannot connect.
        hint: what to do about it, where that is known.
    """

    def __init__(self, message: str, exit_code: int = 1, hint: str | None = None) -> None:
        """Keep the exit code and the hint beside the message."""
        super().__init__(message)
        self.message = message
        self.exit_code = exit_code
        self.hint = hint
