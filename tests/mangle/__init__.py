"""Mangled videos: what one meets among a million files, each made from a good one, with what must become of it.

    shelf = Shelf(folder)
    for mangler in MANGLERS:
        path = mangler.mangle(shelf, folder)

Each gives the same bytes each time.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from pipeline.sample import Verdict
from tests.mangle import headers, places, streams
from tests.mangle.good import Shelf
from tests.mangle.surgery import blanked, first, flipped, patched, without

Make = Callable[[Shelf, Path], None]

MOST_OF_32_BITS = b"\x7f\xff\xff\xff"


@dataclass(frozen=True)
class Mangler:
    """A way to make a bad file, and what must become of it.

    `reasons` are those that are right for a file that is rejected or failed, as `verdict` says. One that is read
    shows numbers in its frames, from `first_number` on; if `whole`, all of them, in order.
    """

    name: str
    make: Make
    verdict: Verdict
    reasons: frozenset[str] = frozenset()
    suffix: str = ".mp4"
    file_name: bytes | None = None  # where the name itself is odd
    first_number: int = 0
    whole: bool = True

    def mangle(self, shelf: Shelf, folder: Path) -> Path:
        """Make the file in a folder, and return its path."""
        path = folder / (os.fsdecode(self.file_name) if self.file_name else self.name + self.suffix)
        self.make(shelf, path)
        return path


def read(name: str, make: Make, **changes) -> Mangler:
    return Mangler(name, make, Verdict.OK, **changes)


def rejected(name: str, make: Make, *reasons: str, **changes) -> Mangler:
    return Mangler(name, make, Verdict.REJECTED, frozenset(reasons), **changes)


def failed(name: str, make: Make, *reasons: str, **changes) -> Mangler:
    return Mangler(name, make, Verdict.FAILED, frozenset(reasons), **changes)


def holding(data: Callable[[Shelf], bytes]) -> Make:
    """Write a file that holds what a function makes of the good ones."""

    def make(shelf: Shelf, path: Path) -> None:
        path.write_bytes(data(shelf))

    return make


CUT = (
    rejected("head_cut_off", holding(lambda good: without(good.fast_mp4, 0, 0.3)), "not_a_video"),
    rejected("tail_cut_off", holding(lambda good: first(good.mp4, 0.5)), "unreadable"),
    rejected("tail_cut_off_after_the_index", holding(lambda good: first(good.fast_mp4, 0.5)), "unreadable"),
    rejected("tail_cut_off_mkv", holding(lambda good: first(good.mkv, 0.5)), "unreadable", suffix=".mkv"),
    rejected("tail_cut_off_webm", holding(lambda good: first(good.webm, 0.5)), "unreadable", suffix=".webm"),
    rejected("tail_cut_off_avi", holding(lambda good: first(good.avi, 0.5)), "unreadable", suffix=".avi"),
    rejected("tail_cut_off_in_a_fragment", holding(lambda good: first(good.fragmented_mp4, 0.9)), "unreadable"),
    # A transport stream announces nothing, so what is there is all.
    read("tail_cut_off_ts", holding(lambda good: first(good.ts, 0.5)), suffix=".ts", whole=False),
    read("begins_amid_a_group", holding(lambda good: without(good.ts, 0, 0.3)), suffix=".ts", first_number=24),
    rejected("middle_cut_out", holding(lambda good: without(good.fast_mp4, 0.4, 0.6)), "unreadable"),
)
FLIPPED = (
    read("bits_flipped", holding(lambda good: flipped(good.fast_mp4, 6, start=2000)), whole=False),
    rejected("many_bits_flipped", holding(lambda good: flipped(good.fast_mp4, 3000, start=2000)), "unreadable"),
    rejected("bits_flipped_in_index", holding(lambda good: flipped(good.fast_mp4, 40, 32, 1097)), "unreadable"),
    rejected("bits_flipped_in_mkv_header", holding(lambda good: flipped(good.mkv, 40, 0, 600)), "unreadable"),
    rejected("streams_out_of_nowhere", holding(lambda good: flipped(good.ts, 197)), "unreadable", suffix=".ts"),
    read("zeros_in_the_middle", holding(lambda good: blanked(good.fast_mp4, 0.4, 0.6)), whole=False),
    rejected("zeros_at_the_head", holding(lambda good: blanked(good.fast_mp4, 0, 0.02)), "not_a_video"),
    rejected("zeros_in_index", holding(lambda good: blanked(good.mp4, 0.999, 1)), "unreadable"),
)
NO_VIDEO = (
    rejected("no_bytes", holding(lambda good: b""), "empty_file"),
    rejected("all_zeros", holding(lambda good: bytes(100_000)), "not_a_video"),
    rejected("random_bytes", holding(lambda good: np.random.default_rng(0).bytes(100_000)), "not_a_video"),
    rejected("text", holding(lambda good: b"This is no video.\n" * 100), "not_a_video"),
    rejected("pdf", holding(lambda good: b"%PDF-1.7\n1 0 obj\n<</Type /Catalog>>\nendobj\n%%EOF\n"), "not_a_video"),
    rejected("jpeg", places.picture, "not_a_video"),
    rejected("zip", places.archive, "not_a_video"),
    rejected("playlist", places.playlist, "not_a_video"),
    rejected("sound_alone", streams.sound_alone, "no_video_stream"),
    rejected("one_frame", streams.one_frame, "too_short"),
)
HEADERS_THAT_LIE = (
    rejected("endless_box", holding(lambda good: MOST_OF_32_BITS + good.mp4[4:]), "unreadable"),
    rejected("endless_box_of_64_bits", holding(headers.endless_box), "unreadable"),
    read("endless_index", holding(lambda good: patched(good.mp4, b"moov", -8, MOST_OF_32_BITS))),
    rejected("countless_frames", holding(lambda good: patched(good.mp4, b"stsz", 8, MOST_OF_32_BITS)), "unreadable"),
    rejected("countless_bytes", holding(headers.a_byte_a_frame), "unreadable"),
    # H.264 says again how large it is, in each film
    read("vast_picture_around_a_small_one", holding(headers.vast_sample_entry)),
    rejected("vast_picture", holding(headers.vast_frames), "unreadable", suffix=".webm"),
    rejected("vast_picture_announced", holding(headers.vast_track), "frame_too_large", suffix=".webm"),
    read("decades_long", holding(headers.decades_long)),  # an mp4 says the length of each frame too
    rejected("decades_long_mkv", holding(headers.decades_long_mkv), "unreadable", suffix=".mkv"),
    read("not_utf8_inside", holding(headers.not_utf8), suffix=".mkv"),
)
TIMES = (
    rejected("million_frames_a_second", holding(headers.million_frames_a_second), "too_short"),
    rejected("frame_an_hour", streams.a_frame_an_hour, "too_few_frames"),
    rejected("all_at_once", holding(headers.all_at_once), "unreadable", "too_short"),
    rejected("all_at_once_ts", holding(headers.equal_times), "unreadable", "too_short", suffix=".ts"),
    read("times_swapped", holding(headers.swapped_times), suffix=".ts", whole=False),
    read("times_below_zero", streams.hidden_beginning, first_number=10),
    rejected("clock_that_starts_again", holding(lambda good: good.ts * 2), "unreadable", suffix=".ts"),
    read("keyframes_that_are_none", holding(lambda good: patched(good.mp4, b"stss", -4, b"free"))),
)
JOINED = (
    rejected("changing_size", streams.two_sizes, "changing_resolution"),
    rejected("changing_size_ts", streams.two_sizes, "changing_resolution", suffix=".ts"),
    read("two_films", holding(lambda good: good.mp4 + good.fast_mp4)),
    read("film_and_garbage", holding(lambda good: good.mp4 + np.random.default_rng(1).bytes(100_000))),
    read("mkv_named_mp4", holding(lambda good: good.mkv)),
    read("mp4_named_avi", places.good, suffix=".avi"),
)
NO_FILE = (
    rejected("folder", places.folder, "not_a_video"),
    rejected("named_pipe", places.named_pipe, "not_a_video"),
    rejected("device", places.device, "not_a_video"),
    rejected("link_to_nothing", places.link_to_nothing, "missing_file"),
    failed("link_to_itself", places.link_to_itself, "unreadable_file"),
    read("link", places.link),
    rejected("nothing", places.nothing, "missing_file"),
    failed("forbidden", places.forbidden, "unreadable_file"),
)
NAMES = tuple(
    read(name, places.good, file_name=file_name)
    for name, file_name in {
        "quotes": b'"it\'s" `here`.mp4',
        "spaces": b"  a  b .mp4",
        "newline": b"a\nb.mp4",
        "dash": b"-rf.mp4",
        "not_utf8": b"caf\xe9.mp4",
        "emoji": "\N{FILM PROJECTOR}.mp4".encode(),
        "longest": b"a" * 251 + b".mp4",
        "protocol": b"concat:a|b.mp4",
        "pattern": b"%03d[*]?.mp4",
    }.items()
)
MANGLERS = (*CUT, *FLIPPED, *NO_VIDEO, *HEADERS_THAT_LIE, *TIMES, *JOINED, *NO_FILE, *NAMES)
