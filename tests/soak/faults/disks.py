"""A disk of its own that is soon full: a small tmpfs (root only)."""

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def small_disk(folder: Path, megabytes: int) -> Iterator[Path]:
    folder.mkdir(parents=True, exist_ok=True)
    options = ["-t", "tmpfs", "-o", f"size={megabytes}m,mode=0700", "tmpfs"]
    subprocess.run(["mount", *options, str(folder)], check=True)
    try:
        yield folder
    finally:
        subprocess.run(["umount", "--lazy", str(folder)], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """A file that takes all room of the disk but `leave` bytes; whoever removes it makes room again."""
    filler = disk / "filler"
    room = shutil.disk_usage(disk).free - leave
    with filler.open("wb") as file:
        os.posix_fallocate(file.fileno(), 0, room)
    return filler
