"""Python's garbage collector in processes that stay: what was loaded at the start is not gone through again."""

import gc


def leave_loaded() -> None:
    """Count everything that is loaded now as permanent.

    For a web process or a worker before its first work; a drawn PDF took a third longer without.
    """
    gc.collect()
    gc.freeze()
