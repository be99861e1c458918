"""The paste box: text copied from a spreadsheet or a mail becomes a file like any other."""

from pathlib import Path


def write_paste(text: str, path: Path) -> None:
    """Write pasted text as a UTF-8 file with plain line ends, for `inspect_file` to take from there.

    Lone surrogates, which a browser may send, become question marks; NULs stay, so that they are refused.
    """
    plain = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    path.write_bytes(plain.encode("utf-8", errors="replace"))
