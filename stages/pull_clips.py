"""Take up videos: what each one is, and windows of it that are short enough to be worked on."""

import os
import tempfile
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from pipeline.errors import SampleError, StorageError
from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Sample
from pipeline.stage import Outcome, Source
from stages.contents import Contents, read_contents
from stages.decode import Decoder, Probe
from stages.sources import find
from stages.sources.built_in import PREFIX, draw_built_in
from stages.sources.found import Found, path_of, with_keys

# What may be said of a file that is its own fault. All else (it cannot be read, changes, or takes more time or memory
# than is allowed) may be otherwise another day: then the sample has failed.
FAULTS = (
    "not_a_video",
    "no_video_stream",
    "unreadable",
    "missing_file",
    "frame_too_large",
    "changing_resolution",
)


@dataclass(frozen=True)
class Item:
    """A video as its source lists it, before any of it is read.

    `uri` is the absolute path of a local file (a file:// URL where the path is not UTF-8), or the studio's address
    of a clip to be drawn. Size and time of change, in nanoseconds since 1970, make a changed file a new one; they
    are None where there is no file.
    """

    uri: str
    licence: str | None
    consent: str | None
    source: str | None
    size_bytes: int | None
    modified_ns: int | None


@dataclass(frozen=True)
class Clip:
    """A window of a video file, [start_seconds, end_seconds), and what the file is.

    Width and height are those of an upright picture of square pixels. `dynamic_range` is "sdr", "pq" or "hlg", before
    frames are brought into the range of a screen. `media` holds the file's bytes where there is no local file.
    `modified_ns` is the file's time of change when it was taken up, in nanoseconds since 1970.
    """

    uri: str
    sha256: str
    size_bytes: int
    duration_seconds: float
    width: int
    height: int
    frames_per_second: float
    frame_count: int | None
    codec: str
    start_seconds: float
    end_seconds: float
    licence: str | None
    consent: str | None
    source: str | None
    media: Media | None
    modified_ns: int | None = None
    dynamic_range: str = "sdr"
    interlaced: bool = False

    @contextmanager
    def local(self) -> Iterator[Path]:
        """Give a local path to read the file from; it may be gone afterwards.

        Raises SampleError, before and after it is read, when it is no longer the file that was taken up: missing_file,
        changed_file, or unreadable_file where even that cannot be told.
        """
        contents = Contents(self.size_bytes, self.sha256, self.modified_ns)
        with _local(self.uri, self.media) as path:
            contents.check(path)
            yield path
            contents.check(path)


@dataclass(frozen=True)
class PullClips(Source):
    """Take up the videos of an input, reject what cannot be used at all, and cut the rest into windows."""

    version = 3
    finds = (Item,)
    reads = (Item,)
    writes = (Clip,)
    deadline_seconds = 1800.0  # hours of video are read and hashed, perhaps over a network

    window_seconds: float = 60.0  # the longest stretch that is worked on as one
    min_seconds: float = 1.0  # a shorter video is rejected, a shorter last window joins the one before
    max_seconds: float = 4 * 3600.0  # a longer video is rejected
    min_frames_per_second: float = 1.0  # fewer, as between the pictures of a slide show, tell nothing of movement
    max_missing_share: float = 0.05  # of the length that its header announces; more is a truncated file
    min_decodable_share: float = 0.5  # of the frames in the first and in the last second
    decode_deadline_seconds: float = 120.0

    def __post_init__(self) -> None:
        if not 0 < self.min_seconds <= self.window_seconds <= self.max_seconds:
            raise ValueError("must hold: 0 < min_seconds <= window_seconds <= max_seconds")
        if not (0 <= self.max_missing_share <= 1 and 0 <= self.min_decodable_share <= 1):
            raise ValueError("max_missing_share and min_decodable_share are shares, 0 to 1")
        if self.decode_deadline_seconds <= 0 or self.min_frames_per_second < 0:
            raise ValueError("decode_deadline_seconds must be above 0, min_frames_per_second not below it")

    def find(self, input: str) -> Iterable[Sample]:
        for key, found in with_keys(find(input)):
            yield Sample(key).put(_item(found))

    def load(self, run: Run) -> Decoder:
        return Decoder(deadline_seconds=self.decode_deadline_seconds)

    def process(self, sample: Sample, decoder: Decoder) -> Outcome:
        item = sample[Item]
        media = Media.of(draw_built_in(item.uri), "mp4") if item.uri.startswith(PREFIX) else None
        with _local(item.uri, media) as path:
            try:
                contents = Contents(media.size, media.sha256, None) if media else read_contents(path)
                if contents.size_bytes == 0:
                    return sample.reject("empty_file", 0, 1)  # bytes
                facts = decoder.probe(path)
                contents.check(path)
            except SampleError as error:
                if error.reason not in FAULTS:
                    raise
                rejected = sample.reject(error.reason, error.measured, error.threshold)
                return replace(rejected, detail=error.detail)
        return self.judge(sample, facts) or [
            sample.child(
                f"w{number:02d}",
                Clip(
                    uri=item.uri,
                    sha256=contents.sha256,
                    size_bytes=contents.size_bytes,
                    duration_seconds=facts.duration_seconds,
                    width=facts.width,
                    height=facts.height,
                    frames_per_second=facts.frames_per_second,
                    frame_count=facts.frame_count,
                    codec=facts.codec,
                    start_seconds=start,
                    end_seconds=end,
                    licence=item.licence,
                    consent=item.consent,
                    source=item.source,
                    media=media,
                    modified_ns=contents.modified_ns,
                    dynamic_range=facts.dynamic_range,
                    interlaced=facts.interlaced,
                ),
            )
            for number, (start, end) in enumerate(
                plan_windows(facts.duration_seconds, self.window_seconds, self.min_seconds)
            )
        ]

    def judge(self, sample: Sample, facts: Probe) -> Sample | None:
        """Return the sample rejected for what its file is, or None when the file will do."""
        if facts.missing_share > self.max_missing_share:
            truncated = sample.reject("unreadable", facts.missing_share, self.max_missing_share)
            return replace(truncated, detail="truncated: the header announces more than the file holds")
        if facts.decodable_share < self.min_decodable_share:
            damaged = sample.reject("unreadable", facts.decodable_share, self.min_decodable_share)
            return replace(damaged, detail="damaged: too few frames of the first or the last second decode")
        if facts.duration_seconds < self.min_seconds:
            return sample.reject("too_short", facts.duration_seconds, self.min_seconds)
        if facts.duration_seconds > self.max_seconds:
            return sample.reject("too_long", facts.duration_seconds, self.max_seconds)
        if facts.frames_per_second < self.min_frames_per_second:
            return sample.reject("too_few_frames", facts.frames_per_second, self.min_frames_per_second)
        return None


def plan_windows(duration: float, window: float, shortest: float) -> list[tuple[float, float]]:
    """Cut [0, duration) into windows, in seconds; a last one shorter than `shortest` joins the one before."""
    count = max(int((duration - shortest) // window) + 1, 1)
    starts = [number * window for number in range(count)]
    return list(zip(starts, [*starts[1:], duration], strict=True))


def _item(found: Found) -> Item:
    size_bytes = modified_ns = None
    if not found.uri.startswith(PREFIX):
        try:
            status = os.stat(path_of(found.uri))
            size_bytes, modified_ns = status.st_size, status.st_mtime_ns
        except OSError:
            pass  # what is wrong with it is found out when it is processed
    return Item(found.uri, found.licence, found.consent, found.source, size_bytes, modified_ns)


@contextmanager
def _local(uri: str, media: Media | None) -> Iterator[Path]:
    if media is None:
        yield path_of(uri)
        return
    with tempfile.NamedTemporaryFile(suffix=f".{media.suffix}") as file:
        try:
            Path(file.name).write_bytes(media.read())
        except OSError as error:
            raise StorageError(f"{file.name}: cannot be written ({error.strerror}); TMPDIR may name a place") from error
        yield Path(file.name)
