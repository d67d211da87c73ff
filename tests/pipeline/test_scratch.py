import subprocess
import sys

import pytest

from pipeline.scratch import PREFIX, Scratch, sweep

KEEP = "from pipeline.scratch import Scratch; s = Scratch(); print(s.path, flush=True); input()"


@pytest.fixture
def folder(tmp_path, monkeypatch):
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    monkeypatch.setenv("TMPDIR", str(tmp_path))
    return tmp_path


def test_a_folder_is_removed_with_what_is_in_it(folder):
    scratch = Scratch()
    (scratch.path / "clip.mp4").touch()
    scratch.remove()
    assert list(folder.iterdir()) == []


def test_a_folder_stays_as_long_as_its_owner_lives(folder):
    with subprocess.Popen([sys.executable, "-c", KEEP], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as owner:
        assert owner.stdout
        owner.stdout.readline()
        sweep()
        assert len(list(folder.glob(f"{PREFIX}*"))) == 1
        owner.kill()
    sweep()
    assert list(folder.iterdir()) == []
