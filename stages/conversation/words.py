"""What is said of people and scenes, before it becomes sentences."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Words:
    """What is said of one person: phrases that fit behind the words in the fields' comments."""

    hair: str | None = None  # they have "long dark hair"
    clothes: str | None = None  # they are wearing "a black and white top"
    expression: str | None = None  # they have "a smile"
    gaze: str | None = None  # they are "facing the camera"
    tilt: str | None = None  # their head is "tilted to the left"


@dataclass(frozen=True)
class SceneWords:
    """What is said of a picture of two people as a whole."""

    background: str | None = None  # behind them is "a plain light grey background"
    framing: str | None = None  # they are seen "from close by"
    activity: str | None = None  # they are "sitting on a couch"; nothing that is measured says so
