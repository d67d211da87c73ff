"""What is odd about a file though nothing in it is: its name, its kind, who may read it."""

import hashlib
import io
import os
import zipfile
from pathlib import Path

import cv2
import numpy as np

from tests.mangle.good import Shelf
from tests.mangle.surgery import box


def good(shelf: Shelf, path: Path) -> None:
    """Write a film that nothing is wrong with; its bytes are its name's own, so that no two are duplicates."""
    path.write_bytes(shelf.mp4 + box(b"free", hashlib.sha256(os.fsencode(path.name)).digest()))


def folder(shelf: Shelf, path: Path) -> None:
    path.mkdir()


def named_pipe(shelf: Shelf, path: Path) -> None:
    os.mkfifo(path)


def device(shelf: Shelf, path: Path) -> None:
    """Link to zeros without end."""
    path.symlink_to("/dev/zero")


def link(shelf: Shelf, path: Path) -> None:
    good(shelf, shelf.folder / path.name)
    path.symlink_to(shelf.folder / path.name)


def link_to_nothing(shelf: Shelf, path: Path) -> None:
    path.symlink_to("gone.mp4")


def link_to_itself(shelf: Shelf, path: Path) -> None:
    path.symlink_to(path.name)


def nothing(shelf: Shelf, path: Path) -> None:
    """Leave a list that names the file with nothing to find."""


def forbidden(shelf: Shelf, path: Path) -> None:
    """Forbid all to read it; for root that holds only when it has given up its rights."""
    good(shelf, path)
    path.chmod(0)


def playlist(shelf: Shelf, path: Path) -> None:
    """Name another film, which a player would play."""
    good(shelf, shelf.folder / "played.mp4")
    path.write_text(f"#EXTM3U\n#EXT-X-TARGETDURATION:3\n#EXTINF:3,\n{shelf.folder / 'played.mp4'}\n#EXT-X-ENDLIST\n")


def picture(shelf: Shelf, path: Path) -> None:
    path.write_bytes(cv2.imencode(".jpg", np.full((96, 160, 3), 90, np.uint8))[1].tobytes())


def archive(shelf: Shelf, path: Path) -> None:
    """Pack a film."""
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w") as file:
        file.writestr(zipfile.ZipInfo("film.mp4"), shelf.mp4)
    path.write_bytes(packed.getvalue())
