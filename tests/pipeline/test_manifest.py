import tarfile

import duckdb
import pytest

from pipeline.errors import ConfigError, StorageError
from pipeline.manifest import Manifest, read
from pipeline.media import Media
from pipeline.sample import Sample
from tests.fakes import Digit, Drawn, Number


@pytest.fixture
def manifest(tmp_path):
    return Manifest(tmp_path, "02-draw-abc", (Drawn, Digit))


def drawn(text: str) -> Drawn:
    return Drawn(Media.of(text.encode(), "txt"), (0.5,))


def test_rows_come_back_with_sections_scores_and_reasons(manifest):
    samples = [
        Sample("a").put(drawn("one"), Digit(1, None)).score({"s": 0.5}),
        Sample("b").reject("too_small", 1, 2),
        Sample("c").fail("broken", "how"),
    ]
    manifest.publish("p", samples, {}, {"seconds": 0.0})
    back = manifest.rows("p")
    assert [row.key for row in back] == ["a", "b", "c"]
    assert back[0][Drawn].media.read() == b"one"
    assert (back[0][Digit], back[0].scores) == (Digit(1, None), {"s": 0.5})
    assert (back[1].reason, back[1].measured, back[1].threshold) == ("too_small", 1.0, 2.0)
    assert (back[2].reason, back[2].detail, back[2].get(Drawn)) == ("broken", "how", None)


def test_media_lie_in_a_plain_tar_once_each(manifest):
    manifest.publish("p", [Sample("a").put(drawn("one")), Sample("b").put(drawn("one"))], {}, {"seconds": 0.0})
    with tarfile.open(manifest.path / "part-p.tar") as tar:
        assert [member.name for member in tar] == ["a.drawn.media.txt"]
    assert [row[Drawn].media.read() for row in manifest.rows("p")] == [b"one", b"one"]


def test_the_same_samples_give_the_same_bytes(tmp_path):
    for folder in ("one", "two"):
        manifest = Manifest(tmp_path / folder, "f", (Drawn,))
        manifest.publish("p", [Sample("a").put(drawn("x")).score({"b": 1, "a": 2})], {"e": ["q"]}, {"seconds": 0.0})
    for name in ("part-p.parquet", "part-p.tar"):
        assert (tmp_path / "one/f" / name).read_bytes() == (tmp_path / "two/f" / name).read_bytes()


def test_media_that_were_tampered_with_are_not_used(manifest):
    manifest.publish("p", [Sample("a").put(drawn("one"))], {}, {"seconds": 0.0})
    tar = manifest.path / "part-p.tar"
    tar.write_bytes(tar.read_bytes().replace(b"one", b"two"))
    with pytest.raises(StorageError, match=r"part-p\.tar"):
        manifest.rows("p")[0][Drawn].media.read()


def test_a_part_without_its_rows_is_not_finished_and_is_cleaned_up(manifest):
    manifest.publish("p", [Sample("a").put(drawn("one"))], {}, {"seconds": 0.0})
    (manifest.path / "part-p.parquet").unlink()
    (manifest.path / ".partial-1-part-q.parquet").write_bytes(b"half")
    assert not manifest.has("p")
    manifest.remove_leftovers()
    assert list(manifest.path.iterdir()) == []


def test_lineage_names_the_part_itself_and_its_ancestors(manifest):
    manifest.publish("p", [], {"01-x": ["a", "b"]}, {"seconds": 0.0})
    assert manifest.lineage("p") == {"01-x": ["a", "b"], "02-draw-abc": ["p"]}


def test_pandas_reads_a_stage_of_a_run(build_numbers, run):
    build_numbers(decide={"min_half": 2.0})
    frame = read(run, "decide")
    assert len(frame) == 14
    rejected = frame[frame.verdict == "rejected"]
    assert set(rejected.reason) == {"too_small"}
    assert (rejected.measured < rejected.threshold).all()

    assert read(run, "score_digits").set_index("key").scores["n0001/d0"] == {"half": 0.5}
    assert read(run, "find_numbers").verdict.tolist() == ["ok"] * 12


def test_duckdb_opens_parts_as_they_are(build_numbers, run):
    build_numbers()
    pattern = run.manifests / "*-score_digits-*" / "*.parquet"
    total = duckdb.sql(f"select sum(scores['half']) from '{pattern}'").fetchall()[0][0]
    assert total == sum(int(digit) for value in range(12) for digit in str(value)) / 2
    nested = duckdb.sql(f"select digit.digit from '{run.manifests}/*-split_digits-*/*.parquet' where key = 'n0007/d0'")
    assert nested.fetchall() == [(7,)]


def test_unknown_runs_and_stages_are_named_with_what_there_is(build_numbers, run):
    with pytest.raises(ConfigError, match="no run was built here yet"):
        read("other", "decide", run.root)
    build_numbers()
    with pytest.raises(ConfigError, match="runs here: numbers"):
        read("other", "decide", run.root)
    with pytest.raises(ConfigError, match=r"'nothing' is no stage.*find_numbers, draw"):
        read(run, "nothing")


def test_number_sections_are_only_in_the_inputs(build_numbers, run):
    build_numbers()
    assert "number" not in read(run, "draw").columns
    name = Manifest(run.manifests, "00-inputs", (Number,)).names()[0]
    assert Manifest(run.manifests, "00-inputs", (Number,)).rows(name)[0].get(Number) is not None
