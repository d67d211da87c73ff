import json

from pipeline.log import RunLog


def test_a_line_for_each_event_over_all_builds(tmp_path):
    path = tmp_path / "run" / "log.jsonl"
    RunLog(path, "one").write("part", stage="draw", seconds=0.5)
    RunLog(path, "two").write("end", finished=True)
    lines = [json.loads(line) for line in path.read_text().splitlines()]
    assert [(line["build"], line["event"]) for line in lines] == [("one", "part"), ("two", "end")]
    assert lines[0]["seconds"] == 0.5
    assert lines[0]["at"].endswith("+00:00")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path):
    (tmp_path / "file").touch()
    RunLog(tmp_path / "file" / "log.jsonl", "one").write("part")
