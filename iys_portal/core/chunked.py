"""Bodies that come in chunks: .NET's JSON calls announce no length, and Django reads by length only."""

import io
import sys
from collections.abc import Callable, Iterable
from typing import Any

from django.conf import settings

Application = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


def with_length(application: Application) -> Application:
    """A WSGI application that gets such a body with its length, where the server has put it together.

    It is held in memory up to what Django holds of any (`DATA_UPLOAD_MAX_MEMORY_SIZE`); a larger one is announced as
    endless, so that it is refused (413): files come with their length.
    """

    def call(environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        chunked = environ.get("HTTP_TRANSFER_ENCODING", "").strip().lower() == "chunked"
        if chunked and environ.get("wsgi.input_terminated") and not environ.get("CONTENT_LENGTH"):
            most = settings.DATA_UPLOAD_MAX_MEMORY_SIZE
            body = environ["wsgi.input"].read(most + 1)
            fits = len(body) <= most
            environ["wsgi.input"] = io.BytesIO(body)
            environ["CONTENT_LENGTH"] = str(len(body) if fits else sys.maxsize)
        return application(environ, start_response)

    return call
