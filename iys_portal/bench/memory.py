"""The peak memory of a process that measures."""

from pathlib import Path


def peak_mb() -> float:
    """This program's own peak. `getrusage` would also count its parent's at the moment of the start."""
    status = Path("/proc/self/status").read_text(encoding="ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) / 1024
