"""Where the weights of models lie, whether they are the right ones, and whether a run may use them.

What is known of them stands in models.yaml. A configuration names weights by their entry there, or by the path of a
folder or file: anything with a slash, from the folder of models on if it is relative. Such a path whose last part is
the name of an entry, or of an entry's file, is that entry at another place; any other is known by the content of its
files.

    models = run.models
    weights = find("buffalo_l", models)     # checked: licence, presence, hashes
    weights.file("det_10g.onnx")            # a path to load from; transformers loads weights.folder
"""

import hashlib
import importlib.util
import logging
import os
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Annotated

import yaml
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from pipeline.errors import ConfigError
from pipeline.run import ModelStore

MODELS_FILE = Path(__file__).with_name("models.yaml")
SUFFIXES = frozenset((".onnx", ".pt", ".pth", ".safetensors", ".bin", ".dat", ".json", ".txt", ".yaml"))
BLOCK_BYTES = 2**20

Sha256 = Annotated[str, Field(pattern="^[0-9a-f]{64}$")]

_log = logging.getLogger(__name__)


class Entry(BaseModel):
    """What models.yaml says of a model; the file explains its keys."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    source: str
    revision: str | None
    licence: str
    commercial: bool
    get: str
    files: dict[str, Sha256 | None]
    alternative: str | None = None
    package: str | None = None
    torch_cache: str | None = None


Known = Mapping[str, Entry]  # by name


@dataclass(frozen=True)
class Weights:
    """Files that a model can be loaded from."""

    name: str
    folder: Path
    files: tuple[str, ...]

    def file(self, name: str) -> Path:
        """Return the path of a file. Raises ConfigError where the weights have none of that name."""
        if name not in self.files:
            raise ConfigError(f"{self.folder} has no {name}, but {', '.join(self.files) or 'no weights at all'}")
        return self.folder / name


def find(wanted: str, models: ModelStore, known: Known | None = None) -> Weights:
    """Find weights by their entry in models.yaml (or `known`, in its place), or by their path.

    Raises ConfigError for files that are missing or have another sha256, and for a licence that the run's policy
    refuses.
    """
    known = entries() if known is None else known
    weights, entry = _locate(wanted, models, known)
    if entry is not None:
        _check_licence(weights.name, entry, models)
    missing = [name for name in weights.files if not (weights.folder / name).is_file()]
    if missing or not weights.files:
        how = f"; to have them: {entry.get.replace('FOLDER', str(weights.folder))} ({entry.source})" if entry else ""
        raise ConfigError(
            f"weights {weights.name} are missing: no {', '.join(missing) or 'weights'} in {weights.folder}{how}"
        )
    expected = entry.files if entry else {}
    for name in weights.files:
        _check_hash(weights.folder / name, expected.get(name))
    if entry is None:
        _check_content(weights, models, known)
    return weights


def revisions(wanted: str, models: ModelStore, known: Known | None = None) -> dict[str, str]:
    """Return the sha256 of each file of some weights: what models.yaml demands, and where it does not, what is there.

    Raises ConfigError for files that are missing and of which no hash is known.
    """
    weights, entry = _locate(wanted, models, entries() if known is None else known)
    expected = entry.files if entry else {}
    unknown = [name for name in weights.files if not expected.get(name)]
    if unknown or not weights.files:
        find(wanted, models, known)
    return {name: expected.get(name) or sha256(weights.folder / name) for name in weights.files}


@cache
def entries(path: Path = MODELS_FILE) -> Known:
    """Read models.yaml: an entry by name."""
    return TypeAdapter(dict[str, Entry]).validate_python(yaml.safe_load(path.read_text()))


def sha256(path: Path) -> str:
    """Hash a file, once in a process as long as its size and time stay."""
    stat = path.stat()
    return _sha256(path, stat.st_size, stat.st_mtime_ns)


@lru_cache(maxsize=256)
def _sha256(path: Path, size: int, mtime_ns: int) -> str:
    digest = hashlib.sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK_BYTES):
            digest.update(block)
    return digest.hexdigest()


def _locate(wanted: str, models: ModelStore, known: Known) -> tuple[Weights, Entry | None]:
    """Say where weights have to lie, and what is known of them."""
    path = models.folder / Path(wanted).expanduser()
    entry = known.get(path.name)
    if "/" not in wanted:
        if entry is None and not path.exists():
            raise ConfigError(f"no weights {wanted!r} in {models.folder}, nor among {', '.join(known)}")
        if entry is not None and entry.package is not None:
            path = _package_folder(entry.package) or path
    if path.is_file():
        entry = next((entry for entry in known.values() if path.name in entry.files), None)
        return Weights(wanted, path.parent, (path.name,)), entry
    if entry is not None:
        if "/" not in wanted and entry.torch_cache is not None and not path.exists():
            path = _cached(entry.torch_cache, entry.files) or path
        return Weights(Path(wanted).name, path, tuple(entry.files)), entry
    found = sorted(p.name for p in path.iterdir() if p.suffix in SUFFIXES) if path.is_dir() else []
    return Weights(wanted, path, tuple(found)), None


def _package_folder(place: str) -> Path | None:
    """Return a folder inside an installed package, which is not imported: that may take seconds, or fail."""
    package, _, inside = place.partition("/")
    spec = importlib.util.find_spec(package)
    return None if spec is None or spec.origin is None else Path(spec.origin).parent / inside


def _cached(folder: str, files: Iterable[str]) -> Path | None:
    """Return a folder of torch's cache where it holds these files; its place is torch's own rule."""
    cache_home = os.environ.get("XDG_CACHE_HOME", "~/.cache")
    path = Path(os.environ.get("TORCH_HOME", f"{cache_home}/torch")).expanduser() / folder
    return path if all((path / name).is_file() for name in files) else None


def _check_hash(path: Path, expected: str | None) -> None:
    if expected is None:
        _tell_unchecked(path, sha256(path))
    elif sha256(path) != expected:
        raise ConfigError(f"{path} has sha256 {sha256(path)}, but models.yaml demands {expected}; get the file again")


@cache  # once in a process
def _tell_unchecked(path: Path, digest: str) -> None:
    _log.warning("%s is not checked: models.yaml knows no sha256 of it; it has %s", path, digest)


def _check_licence(name: str, entry: Entry, models: ModelStore) -> None:
    if models.licence_policy == "commercial" and not entry.commercial:
        instead = f"; use {entry.alternative}" if entry.alternative else ""
        raise ConfigError(
            f"licence_policy is commercial, but weights {name} are not for commerce ({entry.licence}){instead}"
        )


def _check_content(weights: Weights, models: ModelStore, known: Known) -> None:
    """Hold files of no known name against the licences of those that have their content."""
    if models.licence_policy == "any":
        return
    hashes = {sha256(weights.folder / name) for name in weights.files}
    for name, entry in known.items():
        if hashes & set(entry.files.values()):
            _check_licence(f"{weights.name} (which hold files of {name})", entry, models)
            hashes -= set(entry.files.values())
    if hashes:
        raise ConfigError(
            f"licence_policy is commercial, and the licence of weights {weights.name} is not known; "
            "give them an entry in models.yaml"
        )
