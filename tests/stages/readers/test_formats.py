"""What goes into a film comes out of it, by every reader; what a reader cannot do it refuses."""

import io
from pathlib import Path

import av
import cv2
import numpy as np
import pytest
from PIL import Image

from pipeline.errors import SampleError
from stages.decode import Decoder
from stages.readers.colour import hlg_to_screen, pq_to_screen, wide_to_screen
from tests.stages.films import number_of, numbered, write_film
from tests.stages.readers.films import COLOURS, read_stripes, stripes, write_colours, write_interlaced

READERS = ["pyav", "decord", "torchcodec"]
OTHERS = READERS[1:]
WIDE, PQ, HLG = 9, 16, 18  # primaries and transfers (ITU-T H.273)


def refused(decoder: Decoder, path: Path) -> str:
    """Return what a decoder says of a file that it does not read."""
    with pytest.raises(SampleError) as caught:
        decoder.frames_at(path, [0.0])
    assert caught.value.reason == "unreadable"
    return caught.value.detail or ""


def marked(corner: int = 32) -> np.ndarray:
    """Draw a picture that is like none of its turned and mirrored selves."""
    picture = np.zeros((96, 160, 3), np.uint8)
    picture[:corner, :corner] = 255
    picture[corner : 2 * corner, :corner] = 120
    return picture


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize(("degrees", "quarters"), [(0, 0), (90, 1), (180, 2), (-90, 3)])
def test_turned_films_are_set_upright(decoders, tmp_path, reader, degrees, quarters):
    film = write_film(tmp_path / "film.mp4", [marked()] * 3, rotation=degrees)
    frame = decoders[reader].frames_at(film, [0.0]).frames[0]
    upright = np.rot90(marked(), quarters)
    assert frame.shape == upright.shape
    assert np.abs(frame.astype(int) - upright).mean() < 3


def test_mirrored_films_are_set_right(decoders, tmp_path):
    film = write_film(tmp_path / "film.mp4", [marked()] * 3, rotation=90, mirrored=True)
    frame = decoders["pyav"].frames_at(film, [0.0]).frames[0]
    with av.open(str(film)) as opened:
        assert "DISPLAYMATRIX" in next(opened.decode(video=0)).side_data
    assert np.abs(frame.astype(int) - np.rot90(marked())[:, ::-1]).mean() < 3
    assert {refused(decoders[other], film) for other in OTHERS} == {
        f"{other}: not used for mirrored pictures" for other in OTHERS
    }


@pytest.mark.parametrize("reader", READERS)
def test_frames_may_be_shown_for_unequal_times(decoders, tmp_path, reader):
    film = write_film(tmp_path / "film.mp4", 5, pts=[3, 13, 14, 15, 43])
    decoded = decoders[reader].sampled(film, 0.0, 1.7, 5.0)
    assert [number_of(frame) for frame in decoded.frames] == [0, 0, 1, 3, 3, 3, 3, 3, 4]
    assert decoded.seconds == pytest.approx([0, 0, 0.4, 0.48, 0.48, 0.48, 0.48, 0.48, 1.6])


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("size", [(161, 97), (159, 90), (51, 33)])
def test_odd_sizes(decoders, tmp_path, reader, size):
    picture = np.zeros((size[1], size[0], 3), np.uint8)
    picture[:, -3:] = picture[-3:] = 255
    film = write_film(tmp_path / "film.mp4", [picture] * 3, size=size, pixels="yuv444p")
    frame = decoders[reader].frames_at(film, [0.0]).frames[0]
    assert frame.shape == picture.shape
    assert np.abs(frame.astype(int) - picture).mean() < 4


@pytest.mark.parametrize(
    ("codec", "pixels", "options", "suffix", "readers"),
    [
        ("libx265", "yuv420p", {"x265-params": "pools=none:log-level=0:open-gop=0"}, ".mp4", READERS),
        ("libx265", "yuv420p10le", {"x265-params": "pools=none:log-level=0:open-gop=0"}, ".mp4", READERS),
        ("libx264", "yuv420p10le", {"threads": "1", "bf": "2"}, ".mkv", READERS),
        ("libx264", "yuv422p10le", {"threads": "1"}, ".mp4", READERS),
        ("libvpx-vp9", "yuv420p", {"cpu-used": "8", "deadline": "realtime", "g": "12"}, ".webm", READERS),
        ("libsvtav1", "yuv420p10le", {"preset": "12", "g": "12"}, ".mp4", ["pyav", "torchcodec"]),
        ("mpeg2video", "yuv420p", {"bf": "2", "g": "12"}, ".ts", ["pyav"]),
        ("prores_ks", "yuv422p10le", {}, ".mov", READERS),
    ],
)
def test_codecs(decoders, tmp_path, codec, pixels, options, suffix, readers):
    film = write_film(tmp_path / f"film{suffix}", 30, codec=codec, options=options, pixels=pixels)
    order = [29, 3, 17, 16, 4, 0]
    for reader in READERS:
        if reader in readers:
            decoded = decoders[reader].frames_at(film, [number / 25 + 0.01 for number in order])
            assert [number_of(frame) for frame in decoded.frames] == order, reader
        else:
            assert reader in refused(decoders[reader], film)


@pytest.mark.parametrize("reader", READERS)
@pytest.mark.parametrize("full", [False, True])
@pytest.mark.parametrize(("matrix", "bits"), [("601", 8), ("709", 8), ("2020", 8), ("709", 10)])
def test_colours_are_those_of_the_matrix_and_range(decoders, tmp_path, reader, matrix, full, bits):
    film = write_colours(tmp_path / "film.mp4", stripes(), matrix=matrix, full=full, bits=bits)
    frame = decoders[reader].frames_at(film, [0.0]).frames[0]
    assert np.abs(read_stripes(frame) - 255 * np.array(COLOURS)).max() < 3.5


@pytest.mark.parametrize(("size", "matrix"), [((640, 360), "601"), ((720, 576), "601"), ((1280, 720), "709")])
def test_a_matrix_that_is_not_named_goes_by_the_size(decoders, tmp_path, size, matrix):
    film = write_colours(tmp_path / "film.mp4", stripes(size=size), matrix=matrix, named="unnamed")
    frame = decoders["pyav"].frames_at(film, [0.0]).frames[0]
    assert np.abs(read_stripes(frame) - 255 * np.array(COLOURS)).max() < 3.5
    if matrix == "709":
        assert all("a matrix that is not named" in refused(decoders[other], film) for other in OTHERS)


@pytest.mark.parametrize(
    ("transfer", "to_screen", "dynamic_range"),
    [(PQ, pq_to_screen, "pq"), (HLG, hlg_to_screen, "hlg"), (14, wide_to_screen, "sdr")],
)
def test_high_dynamic_range_is_brought_to_a_screen(decoders, tmp_path, transfer, to_screen, dynamic_range):
    signals = (
        (0, 0, 0),
        (0.1, 0.1, 0.1),
        (0.3, 0.3, 0.3),
        (0.45, 0.35, 0.3),
        (0.58, 0.58, 0.58),
        (0.7, 0.65, 0.55),
        (0.75, 0.75, 0.75),
    )
    film = write_colours(
        tmp_path / "film.mp4",
        stripes(signals),
        matrix="2020",
        bits=10,
        codec="libx265",
        transfer=transfer,
        primaries=WIDE,
    )
    assert decoders["pyav"].probe(film).dynamic_range == dynamic_range
    frame = decoders["pyav"].frames_at(film, [0.04]).frames[0]
    assert np.abs(read_stripes(frame) - 255 * to_screen(np.array(signals))).max() < 3.5
    assert all("not used for" in refused(decoders[other], film) for other in OTHERS)


def test_interlaced_pictures_are_those_of_their_first_moment(decoders, tmp_path):
    moments = np.full((24, 96, 160, 3), 30, np.uint8)
    for time, picture in enumerate(moments):
        picture[:, 20 + 4 * time : 50 + 4 * time] = 220
    film = write_interlaced(tmp_path / "film.mp4", moments)
    order = [3, 9, 4, 0, 11, 5]
    assert decoders["pyav"].probe(film).interlaced
    decoded = decoders["pyav"].frames_at(film, [number / 25 for number in order])
    assert decoded.seconds == pytest.approx([number / 25 for number in order])
    for number, frame in zip(order, decoded.frames, strict=True):
        wrong = np.abs(frame.astype(int) - moments[2 * number]).max(-1) > 60
        assert wrong.mean() < 0.005  # of woven pictures 0.025: half of the lines beside both edges
    assert all("interlaced" in refused(decoders[other], film) for other in OTHERS)


@pytest.mark.parametrize(
    ("aspect", "rotation", "shape"),
    [("4/3", None, (96, 213)), ("3/4", None, (96, 120)), ("4/3", 90, (213, 96)), ("1000/1", None, (96, 160))],
)
@pytest.mark.parametrize("reader", READERS)
def test_pixels_are_made_square(decoders, tmp_path, reader, aspect, rotation, shape):
    film = write_film(tmp_path / "film.mp4", [marked()] * 3, pixel_aspect=aspect, rotation=rotation)
    frame = decoders[reader].frames_at(film, [0.0]).frames[0]
    probe = decoders[reader].probe(film)
    assert frame.shape[:2] == (probe.height, probe.width) == shape
    upright = np.rot90(marked(), 1 if rotation else 0)
    expected = cv2.resize(np.ascontiguousarray(upright), shape[::-1], interpolation=cv2.INTER_AREA)
    assert np.abs(frame.astype(int) - expected).mean() < 4


def _gif(path: Path, pictures: list[Image.Image], **options) -> Path:
    pictures[0].save(path, "GIF", save_all=True, append_images=pictures[1:], **options)
    return path


@pytest.mark.parametrize("reader", ["pyav", "torchcodec"])
def test_a_gif_keeps_its_times_and_what_was_drawn_before(decoders, tmp_path, reader):
    pictures = [Image.new("RGBA", (64, 48), (200, 30, 30, 255))]
    for number in range(1, 6):
        pictures.append(Image.new("RGBA", (64, 48), (0, 0, 0, 0)))
        pictures[-1].paste((30, 30, 200, 255), (8 * number, 8, 8 * number + 8, 24))
    gif = _gif(
        tmp_path / "film.gif", pictures, duration=[100, 300, 50, 40, 200, 100], disposal=[1, 1, 1, 3, 1, 1], loop=0
    )
    times = [0.5, 0.0, 0.45, 0.12, 0.69]
    decoded = decoders[reader].frames_at(gif, times)
    assert decoded.seconds == pytest.approx([0.49, 0.0, 0.45, 0.1, 0.69])
    blue = [[number for number in range(8) if frame[16, 8 * number + 4, 2] > 127] for frame in decoded.frames]
    assert blue == [[1, 2, 4], [], [1, 2, 3], [1], [1, 2, 4, 5]]  # the fourth was taken back
    assert "decord" in refused(decoders["decord"], gif)


def _encoded(kind: str) -> bytes:
    data = io.BytesIO()
    Image.new("RGB", (64, 64), (200, 30, 30)).save(data, kind)
    return data.getvalue()


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP", "GIF", "BMP", "TIFF", "AVIF"])
def test_a_single_picture_is_no_video(decoders, tmp_path, kind):
    (tmp_path / "film.mp4").write_bytes(_encoded(kind))
    with pytest.raises(SampleError, match="not_a_video"):
        decoders["pyav"].probe(tmp_path / "film.mp4")


@pytest.mark.parametrize("reader", OTHERS)
def test_other_readers_refuse_what_they_would_misread(decoders, tmp_path, reader):
    options = {"bf": "3", "g": "25", "x264-params": "open-gop=1:threads=1"}
    film = write_film(tmp_path / "film.mp4", 80, options=options)
    assert refused(decoders[reader], film) == f"{reader}: not used for open groups of pictures"


def test_the_reader_that_took_over_is_recorded(decoders, tmp_path):
    film = write_film(tmp_path / "film.ts", [numbered(number) for number in range(30)])
    with Decoder() as decoder:
        assert decoder.readers == ("pyav", "decord")
        decoder.readers = ("decord", "pyav")  # decord does not read this file
        decoded = decoder.frames_at(film, [0.2])
    assert (decoded.reader, number_of(decoded.frames[0])) == ("pyav", 5)
