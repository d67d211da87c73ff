"""Give up root's right to read every file, so that tests may run as root, as they do in containers."""

import ctypes
import os
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

PR_SET_SECUREBITS, SECBIT_NOROOT = 28, 1  # linux/prctl.h, linux/securebits.h: a program that root starts is no root's
CAPABILITY_VERSION_3 = 0x20080522  # linux/capability.h
DAC_OVERRIDE, DAC_READ_SEARCH = 1 << 1, 1 << 2


@contextmanager
def unprivileged() -> Iterator[None]:
    """Run as a user for whom the permissions of files hold, together with all processes that are started meanwhile."""
    if os.geteuid() != 0:
        yield
        return
    libc = ctypes.CDLL(None)
    if not hasattr(libc, "capset") or libc.prctl(PR_SET_SECUREBITS, SECBIT_NOROOT, 0, 0, 0):
        pytest.skip("root cannot give up its rights here")
    header = (ctypes.c_uint32 * 2)(CAPABILITY_VERSION_3, 0)
    rights = (ctypes.c_uint32 * 6)()  # effective, permitted, inheritable: capabilities 0 to 31, then the others
    libc.capget(header, rights)
    rights[0] &= ~(DAC_OVERRIDE | DAC_READ_SEARCH)
    libc.capset(header, rights)
    try:
        yield
    finally:
        rights[0] = rights[1]
        libc.capset(header, rights)
        libc.prctl(PR_SET_SECUREBITS, 0, 0, 0, 0)
