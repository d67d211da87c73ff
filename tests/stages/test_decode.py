import os
import resource
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import cv2
import numpy as np
import pytest

from pipeline.errors import ConfigError, SampleError
from stages.decode import Decoder, Probe, sample_times
from tests.mangle.good import Shelf
from tests.mangle.streams import two_sizes
from tests.stages.films import copy_packets, number_of, write_film, write_sound

READERS = ["decord", "pyav"]


@pytest.fixture(scope="module")
def decoders() -> Iterator[dict[str, Decoder]]:
    with Decoder("auto") as auto, Decoder("decord") as decord, Decoder("pyav") as pyav:
        yield {"auto": auto, "decord": decord, "pyav": pyav}


@pytest.fixture(scope="module")
def film(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return write_film(tmp_path_factory.mktemp("films") / "film.mp4", 60)


@pytest.fixture
def endless(tmp_path: Path) -> Path:
    """A file that nobody ever writes to: whoever opens it hangs."""
    os.mkfifo(tmp_path / "endless.mp4")
    return tmp_path / "endless.mp4"


def test_probe_describes_a_film(decoders, film):
    assert decoders["auto"].probe(film) == Probe(
        duration_seconds=2.4,
        width=160,
        height=96,
        frames_per_second=25.0,
        frame_count=60,
        codec="h264",
        missing_share=0.0,
        decodable_share=1.0,
    )


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(
    ("seconds", "numbers"),
    [
        ([0.0], [0]),
        ([0.04, 0.08], [1, 2]),
        ([0.059], [1]),  # between two frames: the one on screen
        ([-1.0, 99.0], [0, 59]),
        ([1.0, 1.0, 1.0], [25, 25, 25]),
        ([2.0, 0.2, 1.2, 1.16], [50, 5, 30, 29]),  # backwards, across keyframes
        ([0.3333333, 0.6666667], [8, 16]),
    ],
)
def test_frames_are_those_on_screen(decoders, film, reader, seconds, numbers):
    decoded = decoders[reader].frames_at(film, seconds)
    assert [number_of(frame) for frame in decoded.frames] == numbers
    assert decoded.seconds == pytest.approx([number / 25 for number in numbers], abs=1e-9)
    assert decoded.reader == reader


def test_readers_agree_on_a_film_with_b_frames(decoders, film):
    seconds = [0.0, 0.5, 0.52, 1.9, 0.99, 1.01, 2.36]
    decord, pyav = (decoders[reader].frames_at(film, seconds) for reader in READERS)
    assert decord.seconds == pyav.seconds
    assert np.abs(decord.frames.astype(int) - pyav.frames.astype(int)).max() <= 2


@pytest.mark.parametrize("suffix", [".mp4", ".mkv", ".ts"])
@pytest.mark.parametrize("groups", ["open-gop=0", "open-gop=1"])
def test_frames_are_found_in_any_order(decoders, tmp_path, suffix, groups):
    options = {"bf": "3", "g": "25", "x264-params": f"{groups}:threads=1"}
    film = write_film(tmp_path / f"film{suffix}", 80, options=options)
    order = np.random.default_rng(0).permutation(80).tolist()
    decoded = decoders["auto"].frames_at(film, [number / 25 for number in order])
    assert [number_of(frame) for frame in decoded.frames] == order
    assert decoded.reader == "pyav"


def test_no_times_give_no_frames(decoders, film):
    assert len(decoders["auto"].frames_at(film, []).frames) == 0


@pytest.mark.parametrize(
    ("start", "end", "rate", "times"),
    [
        (0.0, 1.0, 4.0, (0.0, 0.25, 0.5, 0.75)),
        (2.0, 3.0, 3.0, (2.0, 2 + 1 / 3, 2 + 2 / 3)),
        (0.0, 1.01, 2.0, (0.0, 0.5, 1.0)),
        (5.0, 5.0, 3.0, ()),
    ],
)
def test_sample_times(start, end, rate, times):
    assert sample_times(start, end, rate) == pytest.approx(times)


def test_sampled_frames_come_at_a_steady_rate(decoders, film):
    decoded = decoders["auto"].sampled(film, 0.4, 1.4, 5.0)
    assert [number_of(frame) for frame in decoded.frames] == [10, 15, 20, 25, 30]


@pytest.mark.parametrize(("height", "size"), [(None, (96, 160)), (48, (48, 80)), (36, (36, 60)), (200, (96, 160))])
def test_frames_are_scaled_down_never_up(decoders, film, height, size):
    frames = decoders["auto"].frames_at(film, [0.2], height).frames
    assert frames.shape == (1, *size, 3)
    assert number_of(frames[0][:, : size[1] // 8 * 8]) == 5


@pytest.mark.parametrize(
    ("crop", "height", "size"),
    [
        ((0, 0, 160, 96), None, (96, 160)),
        ((40, 10, 81, 43), None, (33, 41)),
        ((40, 20, 120, 80), 30, (30, 40)),
        ((40, 20, 120, 80), 60, (60, 80)),
    ],
)
def test_frames_are_cut_before_they_are_scaled(decoders, film, crop, height, size):
    whole = decoders["auto"].frames_at(film, [0.2]).frames[0]
    frame = decoders["auto"].frames_at(film, [0.2], height, crop).frames[0]
    assert frame.shape == (*size, 3)
    x0, y0, x1, y1 = crop
    expected = cv2.resize(whole[y0:y1, x0:x1], size[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(frame.astype(int) - expected).max() <= 1


def test_every_frame_belongs_to_one_window(decoders, film):
    first, second = (
        [number_of(frame) for some in decoders["auto"].every_frame(film, *window, 48) for frame in some.frames]
        for window in ((0.0, 1.6), (1.6, 2.4))
    )
    assert first == list(range(40))
    assert second == list(range(40, 60))


@pytest.mark.parametrize("name", ["late.mp4", "late.mkv", "late.ts"])
def test_times_count_from_the_first_frame(decoders, tmp_path, name):
    late = write_film(tmp_path / name, 40, pts=range(75, 115))
    decoded = decoders["auto"].frames_at(late, [0.0, 1.2, 0.4])
    assert [number_of(frame) for frame in decoded.frames] == [0, 30, 10]
    assert decoders["auto"].probe(late).missing_share == 0.0


@pytest.mark.parametrize("reader", READERS)
def test_frames_may_be_shown_for_unequal_times(decoders, tmp_path, reader):
    film = write_film(tmp_path / "unequal.mp4", 5, pts=[0, 10, 11, 12, 40])
    decoded = decoders[reader].sampled(film, 0.0, 1.7, 5.0)
    assert [number_of(frame) for frame in decoded.frames] == [0, 0, 1, 3, 3, 3, 3, 3, 4]


@pytest.mark.parametrize("reader", READERS)
def test_turned_films_are_set_upright(decoders, tmp_path, reader):
    marked = np.zeros((96, 160, 3), np.uint8)
    marked[:32, :32] = 255  # at the upper left as stored, at the lower left when turned by 90 degrees
    film = write_film(tmp_path / "turned.mp4", [marked] * 5, rotation=90)
    frame = decoders[reader].frames_at(film, [0.0]).frames[0]
    assert frame.shape == (160, 96, 3)
    assert [frame[y, x].mean() > 127 for y, x in ((5, 5), (5, -5), (-5, 5), (-5, -5))] == [False, False, True, False]


def test_hidden_frames_are_passed_over(decoders, film, tmp_path):
    edited = copy_packets(film, tmp_path / "edited.mp4", -0.4, avoid_negative_ts="disabled")
    decoded = decoders["auto"].frames_at(edited, [0.0, 1.0])
    assert [number_of(frame) for frame in decoded.frames] == [10, 35]
    assert decoded.reader == "pyav"  # decord counts the hidden frames too


def test_decord_refuses_what_it_would_misread(decoders, tmp_path):
    film = write_film(tmp_path / "film.ts", 30)
    with pytest.raises(SampleError, match="unreadable: decord: not used for mpegts"):
        decoders["decord"].frames_at(film, [0.2])


def test_the_first_reader_has_the_last_word(decoders, tmp_path):
    two_sizes(Shelf(tmp_path), tmp_path / "film.ts")
    with pytest.raises(SampleError, match="changing_resolution"):
        decoders["auto"].frames_at(tmp_path / "film.ts", [2.0])  # decord would say that it reads no such container


@pytest.mark.parametrize("readers", [("decord",), ("decord", "pyav")])
def test_a_reader_that_is_not_installed_stops_the_run_unless_another_is_allowed(film, tmp_path, monkeypatch, readers):
    (tmp_path / "decord.py").write_text("raise ImportError\n")
    monkeypatch.setenv("PYTHONPATH", str(tmp_path))
    with Decoder() as decoder:
        decoder.readers = readers
        if len(readers) > 1:
            assert decoder.frames_at(film, [0.2]).reader == "pyav"
        else:
            with pytest.raises(ConfigError, match="reader: decord cannot be used here: it is not installed"):
                decoder.frames_at(film, [0.2])


def test_damage_in_the_middle_is_read_around(decoders, tmp_path):
    noise = np.random.default_rng(0).integers(0, 256, (100, 96, 160, 3), np.uint8)
    film = write_film(tmp_path / "film.mp4", noise)
    data = bytearray(film.read_bytes())
    data[len(data) // 2 : len(data) // 2 + len(data) // 20] = bytes(len(data) // 20)
    film.write_bytes(data)
    some = list(decoders["auto"].every_frame(film, 0.0, 4.0))
    assert sum(len(piece.seconds) for piece in some) == 100
    assert {piece.reader for piece in some} == {"pyav"}
    with pytest.raises(SampleError, match="unreadable"):
        list(decoders["decord"].every_frame(film, 0.0, 4.0))


def _text(path: Path) -> None:
    path.write_text("no video\n" * 20)


def _picture(path: Path) -> None:
    path.write_bytes(cv2.imencode(".png", np.zeros((64, 64, 3), np.uint8))[1].tobytes())


def _playlist(path: Path) -> None:
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:2\n#EXTINF:2,\n{path.parent / 'film.ts'}\n#EXT-X-ENDLIST\n")
    write_film(path.parent / "film.ts", 10)


def _without_its_end(path: Path) -> None:
    data = write_film(path, 30).read_bytes()
    path.write_bytes(data[: len(data) // 2])


@pytest.mark.parametrize(
    ("make", "reason"),
    [
        (_text, "not_a_video"),
        (_picture, "not_a_video"),
        (_playlist, "not_a_video"),
        (_without_its_end, "unreadable"),
        (write_sound, "no_video_stream"),
        (lambda path: None, "missing_file"),
    ],
)
def test_reasons(decoders, tmp_path, make: Callable[[Path], object], reason):
    make(tmp_path / "file.mp4")
    with pytest.raises(SampleError) as caught:
        decoders["auto"].probe(tmp_path / "file.mp4")
    assert caught.value.reason == reason


def test_a_name_that_is_not_utf8_can_be_read(decoders, tmp_path):
    film = write_film(tmp_path / "film.mp4", 10)
    odd = Path(os.fsdecode(os.fsencode(tmp_path) + b"/caf\xe9.mp4"))
    film.rename(odd)
    assert number_of(decoders["auto"].frames_at(odd, [0.2]).frames[0]) == 5


def test_a_file_that_was_replaced_is_read_anew(decoders, tmp_path):
    film = write_film(tmp_path / "film.mp4", 10)
    assert number_of(decoders["auto"].frames_at(film, [99.0]).frames[0]) == 9
    write_film(tmp_path / "other.mp4", 20).replace(film)
    assert number_of(decoders["auto"].frames_at(film, [99.0]).frames[0]) == 19


def test_a_child_that_hangs_is_killed_at_the_deadline(endless, film):
    with Decoder(deadline_seconds=20.0) as decoder:
        decoder.probe(film)  # so that the deadline does not count the child's start
        decoder.deadline_seconds = 0.5
        started = time.monotonic()
        with pytest.raises(SampleError) as caught:
            decoder.frames_at(endless, [0.0])
        assert caught.value.reason == "decode_deadline"
        assert 0.5 <= time.monotonic() - started < 5.0
        decoder.deadline_seconds = 20.0
        assert decoder.probe(film).frame_count == 60


@pytest.mark.parametrize(
    ("sign", "reason", "children"),
    [(signal.SIGKILL, "decoder_died", 2), (signal.SIGSEGV, "decoder_crashed", 2)],
)
def test_a_child_that_dies_fails_the_sample_and_not_the_next(endless, film, sign, reason, children):
    """A child that crashes has crashed by its reader, so the other one is tried first; one that was killed, again."""
    with Decoder() as decoder:
        struck: set[int] = set()
        ended = threading.Event()

        def strike() -> None:
            while not ended.wait(0.2):
                if (pid := decoder.pid) is not None and pid not in struck:
                    struck.add(pid)
                    os.kill(pid, sign)

        thread = threading.Thread(target=strike)
        thread.start()
        with pytest.raises(SampleError) as caught:
            decoder.frames_at(endless, [0.0])
        ended.set()
        thread.join()
        assert caught.value.reason == reason
        assert len(struck) == children
        assert decoder.probe(film).frame_count == 60


def test_a_child_that_died_between_requests_is_started_again(film):
    with Decoder() as decoder:
        decoder.probe(film)
        assert decoder.pid is not None
        os.kill(decoder.pid, signal.SIGKILL)
        time.sleep(0.1)
        assert decoder.probe(film).frame_count == 60


def test_close_ends_the_child(film):
    decoder = Decoder()
    decoder.probe(film)
    pid = decoder.pid
    assert pid is not None
    decoder.close()
    with pytest.raises(ProcessLookupError):
        os.kill(pid, 0)


def test_a_frame_of_another_size_is_refused(decoders, tmp_path):
    two_sizes(Shelf(tmp_path), tmp_path / "film.ts")
    assert decoders["pyav"].frames_at(tmp_path / "film.ts", [0.2]).frames.shape == (1, 96, 160, 3)
    with pytest.raises(SampleError, match="changing_resolution: 160 x 96 at first, 320 x 240 later"):
        decoders["pyav"].frames_at(tmp_path / "film.ts", [2.0])


def test_a_child_may_not_take_more_memory_than_its_limit(film):
    with Decoder() as decoder:
        decoder.probe(film)
        assert decoder.pid is not None
        assert resource.prlimit(decoder.pid, resource.RLIMIT_AS)[0] == 4 << 30
        assert resource.prlimit(decoder.pid, resource.RLIMIT_CORE)[0] == 0


def test_pictures_that_need_more_memory_than_there_is_fail_the_sample(tmp_path, film):
    picture = np.zeros((2160, 4096, 3), np.uint8)  # 27 MB; 13 MB as it is decoded
    large = write_film(tmp_path / "large.mkv", [picture], size=(4096, 2160), codec="ffv1", options={"threads": "1"})
    with Decoder("pyav") as decoder:
        decoder.probe(film)
        assert decoder.pid is not None
        taken = int(Path(f"/proc/{decoder.pid}/statm").read_text().split()[0]) * resource.getpagesize()
        resource.prlimit(decoder.pid, resource.RLIMIT_AS, (taken + 30_000_000, resource.RLIM_INFINITY))
        with pytest.raises(SampleError, match="out_of_memory"):
            decoder.frames_at(large, [0.0])
        assert len(decoder.frames_at(large, [0.0]).frames) == 1  # by a new child


def test_a_child_that_hangs_ends_with_its_parent(endless):
    """A child in a system call sees no closed pipe."""
    program = """
import sys, threading, time
from stages.decode import Decoder
decoder = Decoder(deadline_seconds=600)
threading.Timer(2.0, lambda: print(decoder.pid, flush=True)).start()
decoder.frames_at(sys.argv[1], [0.0])
"""
    with subprocess.Popen([sys.executable, "-c", program, str(endless)], stdout=subprocess.PIPE, text=True) as parent:
        assert parent.stdout is not None
        child = int(parent.stdout.readline())
        assert Path(f"/proc/{child}").exists()
        parent.kill()
    for _ in range(50):
        if not _runs(child):
            break
        time.sleep(0.1)
    assert not _runs(child)


def _runs(pid: int) -> bool:
    """Tell whether a process is there and is no zombie that nobody has waited for."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] != "Z"
    except FileNotFoundError:
        return False
