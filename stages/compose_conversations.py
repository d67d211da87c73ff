"""Compose the conversations of a pair from what decide let through.

A pair becomes up to two multi-round conversations, one with close-ups and one with full-body pictures, and the
single-turn ones. Everything is a child sample of its own, `.../p0/closeup`, so that a shard's conversation can be
traced back to its clip.
"""

from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import Field

from pipeline.sample import Sample
from pipeline.stage import Stage
from stages.caption_rounds import Captions
from stages.conversation.recipes import (
    RecipeOptions,
    Target,
    closeup_targets,
    multi_round,
    single_turns,
)
from stages.conversation.schema import Conversation
from stages.crop_closeups import Closeups
from stages.decide import Decision
from stages.synthesize_bodies import Bodies

Share = Annotated[float, Field(ge=0, le=1)]


@dataclass(frozen=True)
class ComposeConversations(Stage):
    """Turn pairs into conversations."""

    reads = (Closeups, Captions, Bodies, Decision)
    writes = (Conversation,)
    light = True

    repeat_share: Share = 0.25  # of last rounds, how many stay with the person of the round before
    grounded_share: Share = 0.5  # of replies, how many recall the person's place in the first picture
    single_turn: bool = True  # also the kinds with one turn
    seed: int = 0

    def process(self, sample: Sample, model: Any) -> list[Sample]:
        closeups, captions, decision = sample[Closeups], sample[Captions], sample[Decision]
        options = RecipeOptions(self.repeat_share, self.grounded_share, self.seed)
        conversations: list[Conversation] = []
        if decision.closeups:
            targets = closeup_targets(closeups)
            conversations.append(multi_round("closeup", sample.key, captions, closeups, targets, options))
        if decision.fullbody:
            targets = body_targets(sample[Bodies], decision)
            conversations.append(multi_round("fullbody", sample.key, captions, closeups, targets, options))
        if self.single_turn and decision.closeups:
            conversations += single_turns(sample.key, captions, closeups, options)
        return [sample.child(conversation.name, conversation) for conversation in conversations]


def body_targets(bodies: Bodies, decision: Decision) -> tuple[Target, ...]:
    """Return the full-body pictures to use, each with the words that asked for it; the best of a person first."""
    people = ((bodies.left, decision.left.chosen), (bodies.right, decision.right.chosen))
    return tuple(
        Target(person, made[number].picture, made[number].prompt)
        for person, (made, chosen) in enumerate(people)
        for number in chosen
    )
