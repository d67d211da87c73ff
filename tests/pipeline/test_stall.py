import os
import time

from pipeline.journal import Journal
from pipeline.stall import MOST_SHOWN, StallWatch, open_samples


def test_a_stall_is_reported_once_each_time_that_long_has_passed():
    told: list[tuple[float, list[str]]] = []
    watch = StallWatch(0.005, lambda: ["something"], lambda minutes, lines: told.append((minutes, list(lines))))
    with watch.watching():
        time.sleep(1.0)
    assert 2 <= len(told) <= 4
    assert told[0][1] == ["something"]
    assert told[-1][0] > told[0][0]


def test_nothing_is_reported_as_long_as_something_happens():
    told: list[float] = []
    watch = StallWatch(0.02, list, lambda minutes, lines: told.append(minutes))
    with watch.watching():
        for _ in range(15):
            time.sleep(0.1)
            watch.touch()
    assert told == []


def test_open_samples_are_told_longest_first(tmp_path):
    for age, keys in ((60, ["a"]), (600, ["b", "c"]), (5, [])):
        path = tmp_path / f"02-draw-0123-p{age}.jsonl"
        Journal(path).open(keys)
        os.utime(path, (time.time() - age,) * 2)
    assert open_samples(tmp_path) == [
        "b and 1 more in 02-draw-0123 (part p600), open for 10.0 minutes",
        "a in 02-draw-0123 (part p60), open for 1.0 minutes",
    ]


def test_what_an_earlier_build_left_open_is_not_waited_for(tmp_path):
    Journal(tmp_path / "02-draw-p.jsonl").open(["a"])
    assert open_samples(tmp_path, time.time() + 1) == []


def test_of_many_open_samples_some_are_told(tmp_path):
    for number in range(MOST_SHOWN + 3):
        Journal(tmp_path / f"02-draw-p{number}.jsonl").open([str(number)])
    assert open_samples(tmp_path)[-1] == "and 3 more"
    assert open_samples(tmp_path / "none") == []
