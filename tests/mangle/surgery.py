"""Changes to the bytes of a film: what bad disks, broken downloads and hostile headers leave."""

import struct

import numpy as np


def box(kind: bytes, payload: bytes) -> bytes:
    """Return a box of an mp4 file: its size with these eight bytes, its kind, what it holds."""
    return struct.pack(">I4s", 8 + len(payload), kind) + payload


def first(data: bytes, share: float) -> bytes:
    """Return the first part of a file, by its share of the whole."""
    return data[: round(len(data) * share)]


def without(data: bytes, start: float, end: float) -> bytes:
    """Cut out of a file what lies between two shares of it."""
    return data[: round(len(data) * start)] + data[round(len(data) * end) :]


def blanked(data: bytes, start: float, end: float) -> bytes:
    """Put zeros in the place of what lies between two shares of a file."""
    places = round(len(data) * start), round(len(data) * end)
    return data[: places[0]] + bytes(places[1] - places[0]) + data[places[1] :]


def flipped(data: bytes, count: int, start: int = 0, end: int | None = None) -> bytes:
    """Flip so many bits, at random, in [start, end)."""
    rng = np.random.default_rng(count)
    changed = bytearray(data)
    for place in rng.integers(start, end or len(data), count):
        changed[place] ^= 1 << int(rng.integers(0, 8))
    return bytes(changed)


def patched(data: bytes, mark: bytes, offset: int, value: bytes, last: bool = False) -> bytes:
    """Overwrite what lies `offset` bytes behind each mark (behind the last alone)."""
    assert mark in data, mark
    changed = bytearray(data)
    place = data.rfind(mark) if last else data.find(mark)
    while place >= 0:
        start = place + len(mark) + offset
        changed[start : start + len(value)] = value
        place = data.find(mark, place + 1)
    return bytes(changed)


def boxes(data: bytes) -> dict[bytes, tuple[int, int]]:
    """Return where the outermost boxes of an mp4 file lie: first and last place, by kind."""
    found, place = {}, 0
    while place < len(data):
        size, kind = struct.unpack_from(">I4s", data, place)
        found[kind] = (place, place + size)
        place += size
    return found
