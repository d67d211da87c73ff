"""What `stages` writes is what `trainer` reads: the one place where both sides of the contract meet."""

from pipeline.run import Run
from stages.conversation.recipes import MULTI_KINDS, SINGLE_KINDS
from stages.plan_shards import Placement
from tests.stages.test_shards import composed, pair, placed, publish, write
from trainer.shards import ShardSet


def test_the_trainer_reads_every_kind_that_the_stages_write(tmp_path):
    run = Run("r", tmp_path)
    parts = write(placed(composed(pair("a.mp4/w00/p0"), pair("b.mp4/w00/p0", "validation"))), run)
    publish(parts, run)
    shards = ShardSet(run.shards)
    for kind in (*MULTI_KINDS, *SINGLE_KINDS):
        for split in ("train", "validation"):
            read = {sample.record.key for sample in shards.samples(kind, split)}
            written = {
                sample[Placement].name
                for part in parts
                for sample in part
                if (sample[Placement].kind, sample[Placement].split) == (kind, split)
            }
            assert read == written != set()
