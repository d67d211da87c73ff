"""Manifests: what a stage said of its samples, as parts.

A stage's manifest is a folder of parts. A part is `part-NAME.parquet`, with a row for every sample that reached the
stage, `part-NAME.tar` with the media that the stage made for them, and `part-NAME.json`, a sidecar that sums the part
up (counts, bytes) and tells what varies and so stays outside of it: seconds, memory, host. The Parquet file is renamed
into place last: a part that has one is finished.

A finished part can be *set aside*, as `part-NAME.stale`: it is then to be made again, and what is still good of it is
taken over.

A row holds the verdict and the stage's own sections and scores, nothing that is written elsewhere. What a stage reads
is joined by key from the parts that wrote it; a part's metadata names them (its *lineage*).
"""

import io
import json
import os
import tarfile
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipeline.columns import arrow_type, from_column, map_parts, section_column, to_column
from pipeline.errors import ConfigError, StorageError
from pipeline.files import PARTIAL, write_whole
from pipeline.media import Media
from pipeline.run import Run
from pipeline.sample import Sample, Verdict

if TYPE_CHECKING:
    import pandas as pd

Lineage = Mapping[str, Sequence[str]]  # folder -> names of the parts that this part descends from

_LINEAGE = b"duologue.lineage"
_COLUMNS: list[tuple[str, pa.DataType]] = [
    ("key", pa.string()),
    ("verdict", pa.string()),
    ("reason", pa.string()),
    ("measured", pa.float64()),
    ("threshold", pa.float64()),
    ("detail", pa.string()),
    ("decided_in", pa.string()),
    ("scores", pa.map_(pa.string(), pa.float64())),
]


@dataclass(frozen=True)
class Manifest:
    """One stage's folder of parts, below `root`, and the sections that its rows hold."""

    root: Path
    folder: str
    sections: tuple[type, ...] = ()

    @property
    def path(self) -> Path:
        return self.root / self.folder

    def names(self) -> list[str]:
        """List the finished parts."""
        if not self.path.is_dir():
            return []
        stems = (name.removesuffix(".parquet") for name in os.listdir(self.path) if name.endswith(".parquet"))
        return sorted(stem.removeprefix("part-") for stem in stems if stem.startswith("part-"))

    def has(self, part: str) -> bool:
        """Tell whether a part is finished."""
        return self._file(part, "parquet").exists()

    def publish(
        self, part: str, samples: Sequence[Sample], lineage: Lineage, sidecar: Mapping[str, Any]
    ) -> dict[str, Any]:
        """Write a part: its media, its sidecar and last its rows, with only this manifest's own sections.

        Return the sidecar: what is given, and the part's counts and bytes. Raises StorageError when the part cannot be
        written; then no part of that name exists.
        """
        tar = _MediaTar(f"{self.folder}/part-{part}.tar")
        stored = [tar.take(sample, self.sections) for sample in samples]
        media = tar.finish() if tar.offsets else b""
        schema = self._schema().with_metadata({_LINEAGE: json.dumps(lineage, sort_keys=True).encode()})
        table = pa.Table.from_pylist([_row(sample, self.sections) for sample in stored], schema=schema)
        rows = pa.BufferOutputStream()
        pq.write_table(table, rows, compression="zstd", store_schema=True)
        summary = {
            **sidecar,
            "verdicts": dict(Counter(str(sample.verdict) for sample in samples)),
            "reasons": dict(Counter(sample.reason for sample in samples if sample.reason)),
            "row_bytes": rows.tell(),
            "media_bytes": len(media),
        }
        if media:
            write_whole(self._file(part, "tar"), media)
        write_whole(self._file(part, "json"), json.dumps(summary, indent=1, sort_keys=True) + "\n")
        write_whole(self._file(part, "parquet"), rows.getvalue().to_pybytes())
        return summary

    def rows(self, part: str) -> list[Sample]:
        """Read a part's samples with its own sections and scores."""
        return [self._sample(row) for row in self._read(part).to_pylist()]

    def verdicts(self, part: str) -> list[Sample]:
        """Read a part's samples without sections or scores: fast."""
        table = self._read(part, [name for name, _ in _COLUMNS if name != "scores"])
        return [Sample(**{**row, "verdict": Verdict(row["verdict"])}) for row in table.to_pylist()]

    def section(self, part: str, section: type) -> dict[str, Any]:
        """Read one section of a part: key -> section, without the rows that have none."""
        column = section_column(section)
        table = self._read(part, ["key", column])
        return {
            row["key"]: _bind(from_column(section, row[column]), self.root)
            for row in table.to_pylist()
            if row[column] is not None
        }

    def scores(self, part: str) -> dict[str, dict[str, float | None]]:
        """Read the scores that this stage added: key -> name -> score."""
        table = self._read(part, ["key", "scores"])
        return {row["key"]: dict(row["scores"] or ()) for row in table.to_pylist()}

    def lineage(self, part: str) -> dict[str, list[str]]:
        """Name the parts, by folder, that this part descends from, itself included."""
        metadata = self._read(part, []).schema.metadata
        return {**json.loads(metadata[_LINEAGE]), self.folder: [part]}

    def sidecar(self, part: str) -> dict[str, Any]:
        """Read what sums a part up: verdicts, reasons, bytes, and what `publish` was given."""
        path = self._file(part, "json")
        try:
            return json.loads(path.read_text())
        except (OSError, ValueError) as error:
            raise StorageError(f"{path}: cannot be read ({error}); remove its .parquet too and build again") from error

    def set_aside(self, part: str) -> None:
        """Have a finished part made again."""
        os.replace(self._file(part, "parquet"), self._file(part, "stale"))

    def set_aside_rows(self, part: str) -> list[Sample]:
        """Return the rows of a part that was set aside, with their media in memory; none where they are gone."""
        rows = []
        for row in self._read(part, suffix="stale").to_pylist() if self._file(part, "stale").exists() else ():
            with suppress(StorageError):  # the tar has been written anew, but not the rows: they are made again
                rows.append(self._loaded(self._sample(row)))
        return rows

    def forget_aside(self, part: str) -> None:
        """Remove what was set aside of a part that has been made again."""
        self._file(part, "stale").unlink(missing_ok=True)

    def remove_leftovers(self) -> None:
        """Remove what an interrupted writer left: files that were never renamed, and media without their rows."""
        if not self.path.is_dir():
            return
        names = {entry.name for entry in os.scandir(self.path)}
        for name in names:
            stem = name.rpartition(".")[0]
            rows = {f"{stem}.parquet", f"{stem}.stale"} & names
            made_again = name.endswith(".stale") and len(rows) == 2
            if made_again or name.startswith(PARTIAL) or (name.startswith("part-") and not rows):
                (self.path / name).unlink(missing_ok=True)

    def _file(self, part: str, suffix: str) -> Path:
        return self.path / f"part-{part}.{suffix}"

    def _read(self, part: str, columns: list[str] | None = None, suffix: str = "parquet") -> pa.Table:
        path = self._file(part, suffix)
        try:
            with pq.ParquetFile(path) as file:
                return file.read(columns, use_threads=False)
        except (OSError, pa.ArrowException) as error:
            line = " ".join(str(error).split())
            raise StorageError(f"{path}: cannot be read ({line}); remove it and build again") from error

    def _loaded(self, sample: Sample) -> Sample:
        """Return a row with its media as if they had just been made, so that they are stored anew."""

        def load(media: Media, _: str) -> Media:
            if media.tar is None or not media.tar.startswith(f"{self.folder}/"):
                raise StorageError(f"{sample.key} holds media of another stage, which may have moved")
            return replace(media, data=media.read(), tar=None, offset=None, root=None)

        return sample.put(*(map_parts(section, Media, load) for section in sample.sections.values()))

    def _schema(self) -> pa.Schema:
        own = [(section_column(section), arrow_type(section)) for section in self.sections]
        return pa.schema([pa.field(name, kind) for name, kind in [*_COLUMNS, *own]])

    def _sample(self, row: dict[str, Any]) -> Sample:
        sections = {
            section: _bind(from_column(section, row[section_column(section)]), self.root)
            for section in self.sections
            if row[section_column(section)] is not None
        }
        plain = {name: row[name] for name, _ in _COLUMNS if name not in ("verdict", "scores")}
        return Sample(sections=sections, scores=dict(row["scores"] or ()), verdict=Verdict(row["verdict"]), **plain)


class _MediaTar:
    """Collects the media of a part; the same content is stored once."""

    def __init__(self, name: str):
        self.name = name
        self.buffer = io.BytesIO()
        self.tar = tarfile.open(fileobj=self.buffer, mode="w", format=tarfile.PAX_FORMAT)  # noqa: SIM115
        self.offsets: dict[str, int] = {}

    def take(self, sample: Sample, sections: Iterable[type]) -> Sample:
        """Store the media of these sections; return the sample with their places."""
        own = [sample.sections[section] for section in sections if section in sample.sections]
        placed = [
            map_parts(
                value,
                Media,
                lambda media, path: self._place(media, sample.key, path),
                section_column(type(value)),
            )
            for value in own
        ]
        return sample.put(*placed)

    def finish(self) -> bytes:
        self.tar.close()
        return self.buffer.getvalue()

    def _place(self, media: Media, key: str, path: str) -> Media:
        if media.data is None:  # made by an earlier stage: it has a place already
            return media
        if media.sha256 not in self.offsets:
            info = tarfile.TarInfo(f"{key}.{path}.{media.suffix}")
            info.size = media.size
            self.tar.addfile(info, io.BytesIO(media.data))
            blocks = -(-media.size // tarfile.BLOCKSIZE)
            self.offsets[media.sha256] = self.tar.offset - blocks * tarfile.BLOCKSIZE
        return media.placed(self.name, self.offsets[media.sha256])


def read(run: Run | str, stage: str, root: str | Path = ".") -> "pd.DataFrame":
    """Open what a stage of a run said of its samples, as a pandas DataFrame with one row a sample, by key.

    `run` is a run's name (below `root`) or a Run. Structs come as dictionaries and scores as a dictionary of floats;
    `manifests/README.md` lists the columns. Raises ConfigError when there is no such run or stage.
    """
    import pandas as pd  # takes longer to import than a worker, which needs none of it, takes to start

    if isinstance(run, str):
        run = Run(run, Path(root))
    layout = read_layout(run)
    if stage not in layout:
        raise ConfigError(f"{stage!r} is no stage of run {run.name!r}; it has {', '.join(layout)}")
    folder, parts = layout[stage]
    files = [run.manifests / folder / f"part-{part}.parquet" for part in parts]
    tables = [pq.read_table(file).replace_schema_metadata() for file in files if file.exists()]
    frame = pa.concat_tables(tables).to_pandas() if tables else pd.DataFrame(columns=[name for name, _ in _COLUMNS])
    frame["scores"] = frame["scores"].map(lambda scores: {} if scores is None else dict(scores))
    return frame.sort_values("key", ignore_index=True)


def read_layout(run: Run) -> dict[str, tuple[str, list[str]]]:
    """Return the current parts of a run: stage -> (folder, names), in the order of the stages.

    Raises ConfigError when there is no such run.
    """
    path = run.records / "layout.json"
    if not path.exists():
        known = sorted(p.parent.name for p in run.records.parent.glob("*/layout.json"))
        hint = f"runs here: {', '.join(known)}" if known else "no run was built here yet: `make build-dataset`"
        raise ConfigError(f"run {run.name!r} does not exist below {run.root.resolve()}; {hint}")
    return {stage: (entry["folder"], entry["parts"]) for stage, entry in json.loads(path.read_text()).items()}


def _row(sample: Sample, sections: tuple[type, ...]) -> dict[str, Any]:
    row: dict[str, Any] = {name: getattr(sample, name) for name, _ in _COLUMNS if name != "scores"}
    row["verdict"] = str(sample.verdict)
    row["scores"] = sorted(sample.scores.items())
    for section in sections:
        row[section_column(section)] = to_column(sample.get(section))
    return row


def _bind(section: Any, root: Path) -> Any:
    return map_parts(section, Media, lambda media, _: media.bound(root))
