"""Where weights are looked for, what is checked of them, and what is said where they cannot be used."""

import hashlib
import re
from pathlib import Path

import pytest

from pipeline.errors import ConfigError
from pipeline.run import ModelStore
from stages.models.weights import Known, entries, find, revisions, sha256

GOOD, OTHER = b"good weights", b"other weights"
GOOD_SHA, OTHER_SHA = (hashlib.sha256(data).hexdigest() for data in (GOOD, OTHER))
MODELS = f"""
open-net:
  source: example.org/open-net
  revision: v1
  licence: MIT
  commercial: true
  get: unzip open-net.zip -d FOLDER
  files: {{net.onnx: {GOOD_SHA}, config.json: null}}
closed-net:
  source: example.org/closed-net
  revision: v2
  licence: for research only
  commercial: false
  alternative: "embedder: open-net"
  get: unzip closed-net.zip -d FOLDER
  files: {{face.pt: {OTHER_SHA}}}
wheel-net:
  source: inside a wheel
  revision: "1"
  licence: MIT
  commercial: true
  package: no_such_package/data
  get: pip install no-such-package
  files: {{net.pt: {GOOD_SHA}}}
cached-net:
  source: example.org/cached-net
  revision: "1"
  licence: MIT
  commercial: true
  torch_cache: checkpoints
  get: CachedNet(pretrained=True)
  files: {{cached.pt: {GOOD_SHA}}}
"""


@pytest.fixture
def known(tmp_path) -> Known:
    file = tmp_path / "models.yaml"
    file.write_text(MODELS)
    return entries(file)


@pytest.fixture
def store(tmp_path) -> ModelStore:
    """A folder of models that holds open-net and closed-net."""
    put(tmp_path / "models" / "open-net", {"net.onnx": GOOD, "config.json": b"{}"})
    put(tmp_path / "models" / "closed-net", {"face.pt": OTHER})
    return ModelStore(tmp_path / "models")


def put(folder: Path, files: dict[str, bytes]) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    for name, data in files.items():
        (folder / name).write_bytes(data)
    return folder


def commercial(store: ModelStore) -> ModelStore:
    return ModelStore(store.folder, "commercial")


def test_weights_are_found_by_their_name(known, store):
    found = find("open-net", store, known)
    assert found.folder == store.folder / "open-net"
    assert found.file("net.onnx").read_bytes() == GOOD


def test_weights_are_found_at_a_path_and_checked_as_what_they_are_called(known, store, tmp_path):
    path = put(tmp_path / "shared" / "open-net", {"net.onnx": GOOD, "config.json": b"{}"})
    assert find(str(path), store, known).folder == path
    (path / "net.onnx").write_bytes(OTHER)
    with pytest.raises(ConfigError, match="demands"):
        find(str(path), store, known)


def test_a_single_file_is_known_by_its_name_wherever_it_lies(known, store, tmp_path):
    path = put(tmp_path / "cache", {"face.pt": OTHER}) / "face.pt"
    assert find(str(path), store, known).file("face.pt") == path
    with pytest.raises(ConfigError, match="for research only"):
        find(str(path), commercial(store), known)
    path.write_bytes(GOOD)
    with pytest.raises(ConfigError, match=f"demands {OTHER_SHA}"):
        find(str(path), store, known)


def test_a_file_of_ones_own_is_taken_as_it_is(known, store, tmp_path):
    path = put(tmp_path / "mine", {"mine.pt": b"mine", "notes.md": b"not weights"})
    for wanted in (path, path / "mine.pt", "../mine/mine.pt"):
        assert find(str(wanted), store, known).files == ("mine.pt",)
        assert revisions(str(wanted), store, known) == {"mine.pt": hashlib.sha256(b"mine").hexdigest()}


def test_a_file_that_the_weights_lack_is_named(known, store):
    with pytest.raises(ConfigError, match=r"has no other\.onnx, but net\.onnx, config\.json"):
        find("open-net", store, known).file("other.onnx")


def test_altered_weights_are_refused_with_both_hashes(known, store):
    path = store.folder / "open-net" / "net.onnx"
    find("open-net", store, known)
    path.write_bytes(OTHER)
    with pytest.raises(ConfigError, match=rf"{path} has sha256 {OTHER_SHA}, but models\.yaml demands {GOOD_SHA}"):
        find("open-net", store, known)


def test_a_hash_that_nobody_knows_is_told(known, store, caplog):
    find("open-net", store, known)
    (record,) = caplog.records
    assert "config.json is not checked" in record.message
    assert hashlib.sha256(b"{}").hexdigest() in record.message


@pytest.mark.parametrize(
    ("wanted", "message"),
    [
        (
            "open-net",
            r"weights open-net are missing: no net\.onnx in /.*; to have them: unzip open-net\.zip -d /.*/open-net \(",
        ),
        ("wheel-net", r"no net\.pt in /.*; to have them: pip install no-such-package \(inside a wheel\)"),
        ("no-net", r"no weights 'no-net' in /.*/models, nor among open-net, closed-net, wheel-net"),
        ("/no/such/folder", r"weights /no/such/folder are missing: no weights in /no/such/folder$"),
    ],
)
def test_missing_weights_say_where_they_were_looked_for_and_how_to_get_them(known, store, wanted, message):
    (store.folder / "open-net" / "net.onnx").unlink()
    with pytest.raises(ConfigError, match=message):
        find(wanted, store, known)


def test_the_commercial_policy_names_an_alternative(known, store):
    assert find("closed-net", store, known)
    assert find("open-net", commercial(store), known)
    expected = (
        "licence_policy is commercial, but weights closed-net are not for commerce (for research only); "
        "use embedder: open-net"
    )
    with pytest.raises(ConfigError, match=f"^{re.escape(expected)}$"):
        find("closed-net", commercial(store), known)


def test_a_licence_follows_its_files_under_another_name(known, store, tmp_path):
    path = put(tmp_path / "renamed", {"mine.pt": OTHER})
    assert find(str(path), store, known)
    with pytest.raises(ConfigError, match=r"renamed \(which hold files of closed-net\) are not for commerce"):
        find(str(path), commercial(store), known)


def test_free_weights_stay_so_under_another_name(known, store):
    put(store.folder, {"renamed.onnx": GOOD})
    assert find("renamed.onnx", commercial(store), known).files == ("renamed.onnx",)


@pytest.mark.parametrize("beside", [{}, {"known.onnx": GOOD}])
def test_weights_of_unknown_licence_are_not_for_commerce(known, store, tmp_path, beside):
    path = put(tmp_path / "mine", {"mine.pt": b"mine", **beside})
    with pytest.raises(ConfigError, match=r"the licence of weights .*/mine is not known"):
        find(str(path), commercial(store), known)


def test_revisions_are_what_is_demanded_or_what_is_there(known, store):
    before = revisions("open-net", store, known)
    assert before == {"net.onnx": GOOD_SHA, "config.json": hashlib.sha256(b"{}").hexdigest()}
    (store.folder / "open-net" / "config.json").write_bytes(b"{} ")
    assert revisions("open-net", store, known) != before
    assert revisions("wheel-net", store, known) == {"net.pt": GOOD_SHA}


def test_revisions_of_missing_files_without_a_hash_cannot_be_told(known, store):
    (store.folder / "open-net" / "config.json").unlink()
    with pytest.raises(ConfigError, match=r"no config\.json in"):
        revisions("open-net", store, known)


def test_a_file_is_hashed_again_when_it_changes(tmp_path):
    path = tmp_path / "file"
    path.write_bytes(GOOD)
    assert sha256(path) == GOOD_SHA
    path.write_bytes(OTHER)
    assert sha256(path) == OTHER_SHA


def test_what_a_library_has_downloaded_itself_is_found_and_hashed(tmp_path, monkeypatch, known):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path / "torch"))
    store = ModelStore(tmp_path / "models")
    with pytest.raises(ConfigError, match=r"no cached\.pt in .*models/cached-net; to have them: CachedNet"):
        find("cached-net", store, known)
    folder = put(tmp_path / "torch" / "checkpoints", {"cached.pt": GOOD})
    assert find("cached-net", store, known).folder == folder
    put(tmp_path / "models" / "cached-net", {"cached.pt": OTHER})
    with pytest.raises(ConfigError, match="demands"):
        find("cached-net", store, known)
