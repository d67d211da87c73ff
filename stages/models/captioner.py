"""Captioners: who puts a picture into words. All fill the same words, so that sentences are made in one place."""

from typing import Protocol

from stages.conversation.attributes import describe_background, describe_framing, describe_person
from stages.conversation.head import Mask, Portrait, Rgb
from stages.conversation.words import SceneWords, Words


class Captioner(Protocol):
    """Describes people and scenes. What it is not sure of it leaves out (None)."""

    def person(self, portrait: Portrait) -> Words:
        """Describe one person."""

    def scene(self, picture: Rgb, people: Mask, face_heights: tuple[float, float] | None) -> SceneWords:
        """Describe what is around the people. `face_heights` (pixels) is None in a picture of one person."""


class MeasuredCaptioner:
    """Says what can be measured in the pixels, and needs no model."""

    def person(self, portrait: Portrait) -> Words:
        return describe_person(portrait)

    def scene(self, picture: Rgb, people: Mask, face_heights: tuple[float, float] | None) -> SceneWords:
        return SceneWords(
            background=describe_background(picture, people),
            framing=describe_framing(face_heights, picture.shape[0]) if face_heights else None,
        )
