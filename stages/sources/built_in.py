"""Clips that need no video: the studio draws them.

`studio:COUNT` or `studio:COUNT?seed=7`; `studio-hard:COUNT` or `studio-hard:COUNT:SEED` for its hard set.
"""

import re
from collections.abc import Iterator

from pipeline.errors import ConfigError
from stages.sources.found import Found

PREFIX = "studio:"  # of a clip's own address, and of inputs
HARD_PREFIX = "studio-hard:"
PREFIXES = (PREFIX, HARD_PREFIX)
MOST_CLIPS = 100_000


def find_built_in(input: str) -> Iterator[Found]:
    """Find the clips of a studio address. A clip's own address does not depend on how many there are.

    Raises ConfigError for an address of another form.
    """
    hard = input.startswith(HARD_PREFIX)
    form = re.fullmatch(r"studio(?:-hard)?:(\d{1,6})(?:%s(\d{1,18}))?" % (":" if hard else r"\?seed="), input)
    if not form or not 1 <= int(form[1]) <= MOST_CLIPS:
        raise ConfigError(
            f"input: {input} is no studio address; write studio:COUNT or studio:COUNT?seed=NUMBER, "
            f"studio-hard:COUNT or studio-hard:COUNT:SEED, with a count of 1 to {MOST_CLIPS}"
        )
    from stages.sources.studio import cast_clips, hard_clips

    count = int(form[1])
    clips = hard_clips(count, int(form[2] or 1)) if hard else cast_clips(count, int(form[2] or 0))
    for clip in clips:
        yield Found(
            uri="/".join([f"{PREFIX}{clip.seed}", clip.kind, "-".join(map(str, clip.people)), clip.name]),
            name=clip.name,
            licence="CC0-1.0",
            consent="drawn, shows nobody",
            source="studio",
        )


def draw_built_in(uri: str) -> bytes:
    """Draw the clip of an address that `find_built_in` gave: the bytes of an mp4."""
    from stages.sources.studio import StudioClip, draw_clip

    seed, kind, cast, name = uri.removeprefix(PREFIX).split("/")
    people = tuple(int(person) for person in cast.split("-") if person)
    return draw_clip(StudioClip(name=name, seed=int(seed), kind=kind, people=people))
