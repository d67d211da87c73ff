"""How much memory a process takes, with all the processes that it started, and how much there is.

Read from Linux's /proc: a poll costs a tenth of a millisecond. psutil finds children by going through every process
of the machine, which sixty workers that are each looked at four times a second would feel.
"""

import os
from collections.abc import Iterator
from pathlib import Path

PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
GB = 1e9


def resident_bytes(pid: int) -> int:
    """Return the resident memory of a process and its descendants, in bytes; 0 when it is gone.

    Pages that processes share count for each of them.
    """
    return sum(_resident(member) for member in _family(pid))


def machine_bytes() -> int:
    """Return the memory of this machine, or of the container that this process runs in, in bytes."""
    total = os.sysconf("SC_PHYS_PAGES") * PAGE_BYTES
    for limit in ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes"):
        try:
            text = Path(limit).read_text().strip()
        except OSError:
            continue
        if text.isdigit():  # "max" where there is none
            total = min(total, int(text))
    return total


def _family(pid: int) -> Iterator[int]:
    yield pid
    try:
        threads = os.listdir(f"/proc/{pid}/task")
    except OSError:
        return
    for thread in threads:
        try:
            children = Path(f"/proc/{pid}/task/{thread}/children").read_text().split()
        except OSError:  # ended meanwhile
            continue
        for child in children:
            yield from _family(int(child))


def _resident(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/statm").read_text().split()[1]) * PAGE_BYTES
    except (OSError, IndexError):
        return 0
