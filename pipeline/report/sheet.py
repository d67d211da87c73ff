"""Conversations as a picture: a row each, round by round, what was asked above and what was shown below."""

import io
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import islice
from pathlib import Path
from typing import Any

from PIL import Image, ImageDraw, ImageFont

from pipeline.errors import ConfigError
from pipeline.files import whole_file
from pipeline.report.shards import StoredConversation, read_shard, shard_counts

PICTURE = 300  # side of a picture, pixels
GAP = 24
PAPER, INK, FAINT = (250, 250, 248), (32, 34, 38), (126, 130, 138)
ASKED = (232, 236, 243)  # ground of what the user says
NAME_COLOURS = ((178, 60, 38), (30, 92, 168))  # of the first and the second name
FONT, SMALL = 15, 12


@dataclass(frozen=True)
class _Card:
    """One exchange: what was asked (with or without a picture), and the answer."""

    asked: str
    asked_picture: Image.Image | None
    answered: str
    picture: Image.Image | None


def draw_sheet(shards: Path, path: Path, count: int, kind: str | None = None, key: str | None = None) -> None:
    """Draw `count` conversations below `shards` to a PNG: of `kind`, and with a key that starts with `key`, if given.

    Takes them from all kinds in turn. Raises ConfigError when there are none.
    """
    counts = shard_counts(shards)
    if not counts:
        raise ConfigError(f"{shards} holds no conversations yet; build the run first")
    if kind is not None and kind not in counts:
        raise ConfigError(f"--kind {kind!r}: no such kind; there are {', '.join(counts)}")
    folders = [shards / name for name in counts if kind in (None, name)]
    files = [sorted(folder.glob("*.tar")) for folder in folders]
    groups: list[Iterator[StoredConversation]] = [
        filter(lambda found: _sample(found).startswith(key or ""), _conversations(group)) for group in files
    ]
    rows = [_draw(found) for found in islice(_in_turn(groups), count)]
    if not rows:
        raise ConfigError(f"--key {key!r}: no conversation's key starts so; keys begin with the name of the video")
    width = max(row.width for row in rows) + 2 * GAP
    sheet = Image.new("RGB", (width, sum(row.height + GAP for row in rows) + GAP), PAPER)
    top = GAP
    for row in rows:
        sheet.paste(row, (GAP, top))
        top += row.height + GAP
    with whole_file(path) as partial:
        sheet.save(partial, format="PNG")


def _conversations(files: Sequence[Path]) -> Iterator[StoredConversation]:
    for file in files:
        yield from read_shard(file)


def _sample(conversation: StoredConversation) -> str:
    return conversation.facts["provenance"]["sample"]


def _in_turn(groups: list[Iterator[StoredConversation]]) -> Iterator[StoredConversation]:
    while groups:
        for group in list(groups):
            try:
                yield next(group)
            except StopIteration:
                groups.remove(group)


def _draw(conversation: StoredConversation) -> Image.Image:
    facts = conversation.facts
    cards = [_draw_card(card, facts["names"]) for card in _cards(conversation)]
    title = f"{facts['kind']}   {facts['split']}   {_sample(conversation)}"
    width = sum(card.width + GAP for card in cards) - GAP
    row = Image.new("RGB", (max(width, 2 * PICTURE), max(card.height for card in cards) + 26), PAPER)
    ImageDraw.Draw(row).text((0, 0), title, fill=FAINT, font=ImageFont.load_default(SMALL))
    left = 0
    for card in cards:
        row.paste(card, (left, 26))
        left += card.width + GAP
    return row


def _cards(conversation: StoredConversation) -> Iterator[_Card]:
    turns = conversation.facts["messages"]
    for asked, answered in zip(turns[::2], turns[1::2], strict=True):
        yield _Card(_text(asked), _picture(conversation, asked), _text(answered), _picture(conversation, answered))


def _text(turn: dict[str, Any]) -> str:
    return " ".join(item["text"] for item in turn["content"] if item["type"] == "text")


def _picture(conversation: StoredConversation, turn: dict[str, Any]) -> Image.Image | None:
    for item in turn["content"]:
        if item["type"] == "image":
            picture = Image.open(io.BytesIO(conversation.pictures[item["image"]])).convert("RGB")
            return picture.resize((PICTURE, round(PICTURE * picture.height / picture.width)), Image.Resampling.LANCZOS)
    return None


def _draw_card(card: _Card, names: Sequence[str]) -> Image.Image:
    font = ImageFont.load_default(FONT)
    asked, answered = (_wrap(text, font, PICTURE - 20) for text in (card.asked, card.answered))
    line = FONT + 5
    box = len(asked) * line + 16 + (card.asked_picture.height // 2 + 8 if card.asked_picture else 0)
    height = box + 10 + len(answered) * line + 8 + (card.picture.height if card.picture else 0)
    image = Image.new("RGB", (PICTURE, height), PAPER)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((0, 0, PICTURE - 1, box), 8, fill=ASKED)
    top = 8
    if card.asked_picture:
        half = card.asked_picture.resize((PICTURE // 2, card.asked_picture.height // 2), Image.Resampling.LANCZOS)
        image.paste(half, (10, top))
        top += half.height + 8
    _write(draw, asked, (10, top), font, names)
    top = box + 10
    _write(draw, answered, (0, top), font, names)
    top += len(answered) * line + 8
    if card.picture:
        image.paste(card.picture, (0, top))
    return image


def _write(
    draw: ImageDraw.ImageDraw, lines: list[list[str]], place: tuple[int, int], font: Any, names: Sequence[str]
) -> None:
    colours = dict(zip(names, NAME_COLOURS, strict=False))
    for number, words in enumerate(lines):
        left = float(place[0])
        for word in words:
            colour = next((c for name, c in colours.items() if word.startswith(name)), INK)
            draw.text((left, place[1] + number * (FONT + 5)), word, fill=colour, font=font)
            left += font.getlength(word + " ")


def _wrap(text: str, font: Any, width: float) -> list[list[str]]:
    lines: list[list[str]] = [[]]
    for word in text.split():
        if lines[-1] and font.getlength(" ".join([*lines[-1], word])) > width:
            lines.append([])
        lines[-1].append(word)
    return lines
