"""A socket server that speaks clamd's INSTREAM, for tests: what holds `EICAR` is harmful."""

import socket
import struct
import threading
from pathlib import Path
from typing import Self

EICAR = b"EICAR-STANDARD-ANTIVIRUS-TEST-FILE"


class Clamd:
    """`with Clamd() as scanner: settings.CLAMAV_ADDRESS = scanner.address`; a path makes it a unix socket.

    `answer` replaces the honest answer; `most` bytes is the longest stream that it takes.
    """

    def __init__(self, path: Path | None = None, *, answer: bytes = b"", most: int = 1 << 30) -> None:
        self.answer, self.most = answer, most
        self.streams: list[bytes] = []
        if path is None:
            self._socket = socket.create_server(("127.0.0.1", 0))
            self.address = f"tcp://127.0.0.1:{self._socket.getsockname()[1]}"
        else:
            self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
            self._socket.bind(str(path))
            self._socket.listen()
            self.address = f"unix:{path}"

    def __enter__(self) -> Self:
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()
        return self

    def __exit__(self, *_exception: object) -> None:
        self._socket.shutdown(socket.SHUT_RDWR)
        self._socket.close()
        self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                visitor, _address = self._socket.accept()
            except OSError:
                return
            with visitor:
                visitor.sendall(self._answer_to(visitor))

    def _answer_to(self, visitor: socket.socket) -> bytes:
        stream = visitor.makefile("rb")
        if stream.read(10) != b"zINSTREAM\0":
            return b"UNKNOWN COMMAND\0"
        content = b""
        while size := struct.unpack("!L", stream.read(4))[0]:
            content += stream.read(size)
            if len(content) > self.most:
                return b"INSTREAM size limit exceeded. ERROR\0"
        self.streams.append(content)
        return self.answer or (b"stream: Eicar-Signature FOUND\0" if EICAR in content else b"stream: OK\0")
