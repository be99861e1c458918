"""Early pytest plugin: brings the servers before Django reads its settings.

Where there is room they keep their data in memory: tests make and drop hundreds of databases, and a disk's file system
takes ever longer to find places for new files after so many went.
"""

import os
import shutil
from pathlib import Path

from iys_portal import embedded

MEMORY = Path("/dev/shm")
ROOM = 6 * 1024**3  # databases of two processes, and the write-ahead log


def _base() -> Path | None:
    free = {line.split(":")[0]: int(line.split()[1]) * 1024 for line in Path("/proc/meminfo").read_text().splitlines()}
    if not MEMORY.is_dir() or min(shutil.disk_usage(MEMORY).free, free["MemAvailable"]) < ROOM:
        return None
    return MEMORY / f"iys-portal-{os.geteuid()}"


embedded.ensure(name="test", durable=False, base=_base())
