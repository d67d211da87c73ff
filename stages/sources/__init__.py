"""Where clips come from: folders, files, patterns, lists of files, and the built-in studio.

    clips/           all videos in a folder and below it
    clips/talk.mp4   a file
    'clips/**/*.mp4' what a pattern matches
    clips.csv        what a list names (.txt, .csv, .jsonl, .parquet)
    studio:8         clips that are drawn
    studio-hard:8    clips that are drawn, in which it is hard to say who is who

Several are given with commas between them.
"""

import glob
import os
from collections.abc import Iterable
from itertools import chain
from pathlib import Path

from pipeline.errors import ConfigError
from stages.sources.built_in import PREFIXES, find_built_in
from stages.sources.folder import find_by_pattern, find_in_folder
from stages.sources.found import Found, uri_of
from stages.sources.listing import READERS, find_in_list


def find(input: str) -> Iterable[Found]:
    """Find the videos of an input, in a fixed order, without reading them.

    Raises ConfigError when there is no such input or nothing in it.
    """
    if "," in input and not os.path.lexists(input):
        return chain.from_iterable(find(part.strip()) for part in input.split(",") if part.strip())
    if input.startswith(PREFIXES):
        return find_built_in(input)
    if not input.strip():
        raise ConfigError("input: nothing given; give a folder, a file, a list of files, or studio:8")
    path = Path(os.path.expanduser(input))
    try:
        exists, is_folder = path.exists(), path.is_dir()
    except OSError as error:
        raise ConfigError(f"input: {input} cannot be reached ({error.strerror})") from error
    if is_folder:
        return find_in_folder(path)
    if exists and path.suffix.lower() in READERS:
        return find_in_list(path)
    if exists:
        return [Found(uri_of(path), path.name)]
    if "://" in input:
        raise ConfigError(f"input: {input} is a URL; fetch it first and give the file")
    if glob.has_magic(input):
        return find_by_pattern(str(path))
    raise ConfigError(f"input: {input} does not exist; give a folder, a file, a list of files, or studio:8")
