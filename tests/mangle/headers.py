"""Headers that say something else than what follows, by accident or to harm."""

import struct

from tests.mangle.good import Shelf
from tests.mangle.surgery import boxes, patched

VP8_KEYFRAME = b"\x9d\x01\x2a"
VIDEO_PACKET = b"\x00\x00\x01\xe0"  # in a transport stream; nine bytes later it says when it is shown
TIME_BYTES = 5
MANY = 0x7FFFFFFF
VAST_PIXELS = 12_000


def endless_box(good: Shelf) -> bytes:
    """Say in 64 bits that the box with the pictures goes on for 4 EiB."""
    start, end = boxes(good.mp4)[b"mdat"]
    size = struct.pack(">I4sQ", 1, b"mdat", 1 << 62)
    return good.mp4[:start] + size + good.mp4[start + 8 : end] + good.mp4[end:]


def a_byte_a_frame(good: Shelf) -> bytes:
    """Say that there are 2**31 frames of one byte each, which takes no list."""
    return patched(good.mp4, b"stsz", 4, struct.pack(">II", 1, MANY))


def vast_sample_entry(good: Shelf) -> bytes:
    """Say outside the stream that its pictures are 65535 pixels wide and high."""
    return patched(good.mp4, b"avc1", 24, bytes([255] * 4), last=True)


def vast_frames(good: Shelf) -> bytes:
    """Say in each keyframe that it is 12000 pixels wide and high, about as much as FFmpeg lets pass by itself."""
    return patched(good.webm, VP8_KEYFRAME, 0, struct.pack("<HH", VAST_PIXELS, VAST_PIXELS))


def vast_track(good: Shelf) -> bytes:
    """Say the same of the whole track too: two bytes more, taken from the gap that the muxer left before."""
    side = struct.pack(">H", VAST_PIXELS)
    data = vast_frames(good).replace(b"\xb0\x81\xa0\xba\x81\x60", b"\xb0\x82" + side + b"\xba\x82" + side)
    for mark, size in ((b"\xe0", 0x86), (b"\x16\x54\xae\x6b", 0xBE)):
        data = data.replace(mark + bytes([size]), mark + bytes([size + 2]), 1)
    entry = data.index(b"\xae\x01")
    data = data[: entry + 8] + bytes([data[entry + 8] + 2]) + data[entry + 9 :]
    gap = data.index(b"\xec\x01")
    return data[: gap + 8] + bytes([data[gap + 8] - 2]) + data[gap + 11 :]


def decades_long(good: Shelf) -> bytes:
    """Say that an mp4 is as long as 32 bits allow, wherever its length is said."""
    data = good.mp4
    for mark, offset in ((b"mvhd", 16), (b"mdhd", 16), (b"tkhd", 20), (b"elst", 8)):
        data = patched(data, mark, offset, struct.pack(">I", MANY))
    return data


def decades_long_mkv(good: Shelf) -> bytes:
    """Say the same in milliseconds."""
    return patched(good.mkv, b"\x44\x89\x88", 0, struct.pack(">d", 1e12))


def not_utf8(good: Shelf) -> bytes:
    """Name the program that wrote the film in bytes that are no text."""
    return patched(good.mkv, b"ENCODER", 3, b"\xff\xfe\x80")


def million_frames_a_second(good: Shelf) -> bytes:
    """Say that the clock of the stream ticks 40,000 times as fast."""
    (ticks,) = struct.unpack_from(">I", good.mp4, good.mp4.index(b"mdhd") + 16)
    return patched(good.mp4, b"mdhd", 12, struct.pack(">I", ticks * 40_000))


def all_at_once(good: Shelf) -> bytes:
    """Say that each frame lasts no time at all."""
    return patched(good.mp4, b"stts", 12, bytes(4))


def equal_times(good: Shelf) -> bytes:
    """Give all frames of a transport stream the time of the first."""
    places = _times(good.ts)
    return _retimed(good.ts, dict.fromkeys(places, places[0]))


def swapped_times(good: Shelf) -> bytes:
    """Swap the times of each two frames of a transport stream."""
    places = _times(good.ts)
    there = [place for pair in zip(places[1::2], places[0::2], strict=True) for place in pair]
    return _retimed(good.ts, dict(zip(places, there, strict=True)))


def _times(ts: bytes) -> list[int]:
    """Return where it says when each frame is shown."""
    places, place = [], ts.find(VIDEO_PACKET)
    while place >= 0:
        places.append(place + 9)
        place = ts.find(VIDEO_PACKET, place + 1)
    return places


def _retimed(ts: bytes, sources: dict[int, int]) -> bytes:
    """Copy times from place to place: {to: from}."""
    changed = bytearray(ts)
    for place, source in sources.items():
        changed[place : place + TIME_BYTES] = ts[source : source + TIME_BYTES]
    return bytes(changed)
