import pytest

from pipeline.sample import Sample, Verdict
from pipeline.stage import LazyPart
from stages.drop_duplicates import DropDuplicates
from stages.pull_clips import Clip


def window(key: str, sha256: str) -> Sample:
    clip = Clip("/" + key, sha256, 1, 9.0, 2, 2, 25.0, 9, "h264", 0.0, 9.0, None, None, None, None)
    return Sample(key).put(clip)


@pytest.mark.parametrize(
    ("parts", "kept"),
    [
        ([["a/w00 1", "b/w00 2"]], ["a/w00", "b/w00"]),
        ([["a/w00 1", "b/w00 1"]], ["a/w00"]),
        ([["b/w00 1"], ["a/w00 1"]], ["a/w00"]),  # the smallest key stays, in whichever part it is
        ([["b/w00 1", "b/w01 1"], ["a/w00 1", "a/w01 1", "c/w00 3"]], ["a/w00", "a/w01", "c/w00"]),
        ([[], ["a/w00 1"]], ["a/w00"]),
    ],
)
def test_the_first_of_equal_videos_stays_with_all_its_windows(parts, kept):
    samples = [[window(*text.split()) for text in part] for part in parts]
    lazy = [LazyPart(lambda part=part: part) for part in samples]
    judged = list(DropDuplicates().process_parts(lazy, None))
    assert [[s.key for s in part] for part in judged] == [[s.key for s in part] for part in samples]
    assert sorted(s.key for part in judged for s in part if s.verdict is Verdict.OK) == kept


def test_a_duplicate_names_what_it_repeats():
    lazy = [LazyPart(lambda: [window("a/w00", "1"), window("b/w00", "1")])]
    ((_, copy),) = DropDuplicates().process_parts(lazy, None)
    assert (copy.reason, copy.detail) == ("duplicate_file", "the same bytes as a")
