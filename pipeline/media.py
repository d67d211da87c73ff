"""Media: pictures, masks and clips that a stage makes.

A record carries a medium's hash and where its bytes lie; the bytes lie in the tar beside the record's part. A medium
fresh from a stage holds its bytes in memory until its part is published, which gives it a place.
"""

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from pipeline.errors import StorageError


@dataclass(frozen=True)
class Media:
    """One medium, by content.

    `suffix` is its kind ("jpg", "png", "mp4"); `tar` is relative to the run's manifest folder, `offset` counts bytes
    from the tar's start. Both are None until the medium's part is published.
    """

    suffix: str
    sha256: str
    size: int
    tar: str | None = None
    offset: int | None = None
    data: bytes | None = field(default=None, repr=False, compare=False, metadata={"stored": False})
    root: Path | None = field(default=None, repr=False, compare=False, metadata={"stored": False})

    @classmethod
    def of(cls, data: bytes, suffix: str) -> "Media":
        """Take encoded bytes, e.g. of a JPEG, into a medium."""
        return cls(suffix=suffix, sha256=hashlib.sha256(data).hexdigest(), size=len(data), data=data)

    def read(self) -> bytes:
        """Return the bytes. Raises StorageError when the tar is gone or holds something else."""
        if self.data is not None:
            return self.data
        if self.root is None or self.tar is None or self.offset is None:
            raise AssertionError(f"{self} has no place yet")
        path = self.root / self.tar
        try:
            with path.open("rb") as tar:
                tar.seek(self.offset)
                data = tar.read(self.size)
        except OSError as error:
            raise StorageError(f"{path}: cannot be read ({error.strerror}); remove its part and build again") from error
        if hashlib.sha256(data).hexdigest() != self.sha256:
            raise StorageError(
                f"{path}: bytes at {self.offset} are not those recorded; remove its part and build again"
            )
        return data

    def placed(self, tar: str, offset: int) -> "Media":
        """Return the same medium as a row stores it: with its place and without its bytes."""
        return replace(self, tar=tar, offset=offset, data=None)

    def bound(self, root: Path) -> "Media":
        """Return the same medium, readable: `root` is the folder that `tar` is relative to."""
        return replace(self, root=root)
