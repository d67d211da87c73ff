"""Words burned into frames, as broadcasters and their viewers do: subtitles, names, jokes."""

from functools import lru_cache

import numpy as np
from PIL import Image, ImageDraw, ImageFont

from stages.sources.studio.hard.take import Caption

LINE_HEIGHT = 1.18  # of the letters' size
WORDS = (
    "and then he said",
    "wait for it",
    "nobody told me",
    "one more thing",
    "is that so?",
    "I never asked",
    "look at this",
    "every single day",
    "you know what",
    "not in my house",
)


def write_captions(frame: np.ndarray, captions: tuple[Caption, ...]) -> None:
    """Write captions onto a uint8 RGB frame in place."""
    for caption in captions:
        x0, y0, x1, y1 = caption.box
        ink, cover = _written(caption)
        part = frame[y0:y1, x0:x1].astype(np.float32)
        frame[y0:y1, x0:x1] = np.round(part + (ink - part) * cover[..., None]).astype(np.uint8)


def covered(caption: Caption) -> np.ndarray:
    """Return where a caption hides what is behind it: bool, over its box. Gaps inside a letter count as hidden."""
    return _written(caption)[1] > 0.5


@lru_cache(maxsize=8)
def _written(caption: Caption) -> tuple[np.ndarray, np.ndarray]:
    x0, y0, x1, y1 = caption.box
    width, height = x1 - x0, y1 - y0
    size = height / (LINE_HEIGHT * len(caption.lines))
    widest = max(_font(size).getlength(line) for line in caption.lines)
    size *= min(1.0, (width - 0.3 * size) / widest)
    edge = 0 if caption.banner else max(1, round(size / 11))
    letters, cover = (Image.new("L", (width, height), 0) for _ in range(2))
    step = height / len(caption.lines)
    for row, line in enumerate(caption.lines):
        middle = (width / 2, step * (row + 0.5))
        ImageDraw.Draw(letters).text(middle, line, 255, _font(size), anchor="mm")
        ImageDraw.Draw(cover).text(middle, line, 255, _font(size), anchor="mm", stroke_width=edge, stroke_fill=255)
    white = np.asarray(letters, np.float32)[..., None] / 255
    ground, text = ((24.0, 26.0, 34.0), (246.0, 244.0, 238.0)) if caption.banner else ((8.0, 8.0, 8.0), (250.0,) * 3)
    ink = np.array(ground, np.float32) + (np.array(text, np.float32) - np.array(ground, np.float32)) * white
    return ink, np.ones((height, width), np.float32) if caption.banner else np.asarray(cover, np.float32) / 255


@lru_cache(maxsize=32)
def _font(size: float) -> ImageFont.FreeTypeFont:
    font = ImageFont.load_default(size)
    assert isinstance(font, ImageFont.FreeTypeFont), "Pillow is built with FreeType"
    return font
