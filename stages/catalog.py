"""The stages by name, as configurations use them.

A module of its own, so that importing one stage does not import all. No stage's module imports a model: that happens
when a worker loads it.
"""

from collections.abc import Mapping

from pipeline.stage import Stage
from stages.calibrate import Calibrate
from stages.caption_rounds import CaptionRounds
from stages.compose_conversations import ComposeConversations
from stages.crop_closeups import CropCloseups
from stages.cut_shots import CutShots
from stages.decide import Decide
from stages.detect_faces import DetectFaces
from stages.drop_duplicates import DropDuplicates
from stages.link_people import LinkPeople
from stages.pair_people import PairPeople
from stages.plan_shards import PlanShards
from stages.publish_index import PublishIndex
from stages.pull_clips import PullClips
from stages.score_identity import ScoreIdentity
from stages.synthesize_bodies import SynthesizeBodies
from stages.track_people import TrackPeople
from stages.write_shards import WriteShards

STAGES: Mapping[str, type[Stage]] = {
    kind().name: kind
    for kind in (
        PullClips,
        DropDuplicates,
        CutShots,
        DetectFaces,
        TrackPeople,
        Calibrate,
        PairPeople,
        CropCloseups,
        CaptionRounds,
        SynthesizeBodies,
        ScoreIdentity,
        Decide,
        LinkPeople,
        ComposeConversations,
        PlanShards,
        WriteShards,
        PublishIndex,
    )
}
