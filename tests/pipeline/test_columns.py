from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

import pyarrow as pa
import pytest

from pipeline.columns import F32, arrow_type, from_column, map_parts, section_column, to_column
from pipeline.media import Media


class Hue(StrEnum):
    RED = "red"


@dataclass(frozen=True)
class Point:
    x: float
    y: float


@dataclass(frozen=True)
class Everything:
    count: int
    name: str | None
    hue: Hue
    side: Literal["left", "right"]
    points: tuple[Point, ...]
    box: tuple[float, float]
    vector: tuple[F32, ...] | None
    picture: Media | None


@pytest.mark.parametrize(
    ("hint", "expected"),
    [
        (int, pa.int64()),
        (float | None, pa.float64()),
        (Hue, pa.string()),
        (Literal["a", "b"], pa.string()),
        (tuple[float, float], pa.list_(pa.float64())),
        (tuple[F32, ...], pa.list_(pa.float32())),
        (tuple[Point, ...], pa.list_(pa.struct([("x", pa.float64()), ("y", pa.float64())]))),
    ],
)
def test_arrow_types_follow_annotations(hint, expected):
    assert arrow_type(hint) == expected


@pytest.mark.parametrize("hint", [dict, int | str, tuple[int, str], list[int]])
def test_what_has_no_column_is_refused(hint):
    with pytest.raises(TypeError):
        arrow_type(hint)


def test_sections_come_back_from_arrow_as_they_were():
    section = Everything(
        3, None, Hue.RED, "left", (Point(1, 2), Point(3, 4)), (0.5, 1.5), (0.25, 0.5), Media.of(b"x", "txt")
    )
    table = pa.Table.from_pylist(
        [{"section": to_column(section)}], schema=pa.schema([("section", arrow_type(Everything))])
    )
    assert from_column(Everything, table.to_pylist()[0]["section"]) == section


def test_bytes_and_folders_of_media_are_no_columns():
    assert set(to_column(Media.of(b"x", "txt"))) == {"suffix", "sha256", "size", "tar", "offset"}


@pytest.mark.parametrize(("section", "column"), [(Point, "point"), (Everything, "everything"), (Media, "media")])
def test_columns_are_named_in_snake_case(section, column):
    assert section_column(section) == column


def test_map_parts_names_places_and_leaves_the_rest_alone():
    section = Everything(3, None, Hue.RED, "left", (), (0.0, 1.0), None, Media.of(b"x", "txt"))
    seen = []
    changed = map_parts(section, Media, lambda media, path: (seen.append(path), media.placed("t.tar", 512))[1], "all")
    assert seen == ["all.picture"]
    assert changed.picture.offset == 512
    assert map_parts(section, Point, lambda point, path: point) is section
