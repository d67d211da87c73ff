from pathlib import Path

from trainer.metrics import Metrics, StepRow, first_and_last_loss, read_rows


def row(step: int) -> StepRow:
    return StepRow(step, loss=10.0 - step, ce=1.0, mse=2.0, lr=1e-3, gradient_norm=0.5, tokens=100)


def make_metrics(output: Path, steps: int, lines: list[str]) -> Metrics:
    return Metrics(output, steps=steps, last_step=5, log_every=2, log=lines.append)


def test_a_line_is_logged_every_few_steps_and_at_the_end(tmp_path: Path):
    lines: list[str] = []
    metrics = make_metrics(tmp_path, 0, lines)
    for step in range(1, 6):
        metrics.step(row(step))
    assert [line.split("  ")[:2] for line in lines] == [
        ["step 2/5", "loss 8.500"],
        ["step 4/5", "loss 6.500"],
        ["step 5/5", "loss 5.000"],
    ]


def test_resumed_metrics_drop_what_came_after_the_checkpoint(tmp_path: Path):
    metrics = make_metrics(tmp_path, 0, [])
    for step in range(1, 5):
        metrics.step(row(step))
    with (tmp_path / "metrics.jsonl").open("a") as file:
        file.write('{"step": 5, "lo')  # cut off by a kill
    make_metrics(tmp_path, 2, []).step(row(3))
    assert [each["step"] for each in read_rows(tmp_path)] == [1, 2, 3]


def test_first_and_last_loss_are_means_of_ten_steps(tmp_path: Path):
    metrics = make_metrics(tmp_path, 0, [])
    for step in range(1, 31):
        metrics.step(row(step))
    assert first_and_last_loss(tmp_path) == (4.5, -15.5)
