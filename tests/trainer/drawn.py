"""Shards of drawn pictures, written as the contract in trainer/shards.py has them."""

import hashlib
import io
import json
import tarfile
from pathlib import Path
from random import Random
from typing import Any

from PIL import Image, ImageDraw

COLOURS = ("red", "green", "blue", "yellow", "purple", "orange")
NAMES = ("Olivia", "Julian", "Mara", "Tom", "Ines", "Felix")
ROUNDS = {"closeup": 3, "fullbody": 3}
SHOWN = {"reconstruct", "face_to_image", "paired", "image_to_crop"}


def draw_picture(*colours: str, size: int = 256) -> bytes:
    """Draw one person for each colour, side by side: a head and a body."""
    image = Image.new("RGB", (size, size), "white")
    pen = ImageDraw.Draw(image)
    width = size // len(colours)
    for place, colour in enumerate(colours):
        left = place * width
        pen.ellipse((left + width // 4, size // 8, left + 3 * width // 4, size // 2), fill="tan")
        pen.rectangle((left + width // 8, size // 2, left + 7 * width // 8, size), fill=colour)
    file = io.BytesIO()
    image.save(file, "JPEG")
    return file.getvalue()


def make_members(kind: str, split: str, number: int) -> dict[str, bytes]:
    """Make KEY.json and the pictures of one sample, as the contract in trainer/shards.py has them."""
    random = Random(f"{kind}/{split}/{number}")
    key = f"{kind}-{split}-{number}"
    colours, names = random.sample(COLOURS, 2), random.sample(NAMES, 2)
    pictures = {"input.jpg": draw_picture(*colours)} if kind in SHOWN else {}
    messages: list[dict[str, Any]] = []
    rounds = []
    for round in range(1, ROUNDS.get(kind, 1) + 1):
        person = None if round == 1 else random.randrange(2)
        if person is None:
            request = f"{names[0]} in {colours[0]} on the left, {names[1]} in {colours[1]} on the right."
            pictures[f"round{round}.jpg"] = draw_picture(*colours)
        else:
            request = f"{names[person]} stands alone."
            pictures[f"round{round}.jpg"] = draw_picture(colours[person])
        shown = [{"type": "image", "image": "input.jpg"}] if "input.jpg" in pictures else []
        answer = [{"type": "text", "text": "Here it is."}, {"type": "image", "image": f"round{round}.jpg"}]
        messages += [
            {"role": "user", "content": [*shown, {"type": "text", "text": request}]},
            {"role": "assistant", "content": answer},
        ]
        rounds.append({"round": round, "person": person})
    record = {
        "schema": 1,
        "key": key,
        "kind": kind,
        "split": split,
        "messages": messages,
        "names": names,
        "persons": [{"name": name, "side": side} for name, side in zip(names, ("left", "right"), strict=True)],
        "rounds": rounds,
        "provenance": {"source": "drawn", "source_sha256": "0" * 64, "licence": "CC0"},
        "scores": {},
    }
    return {f"{key}.json": json.dumps(record).encode()} | {f"{key}.{name}": data for name, data in pictures.items()}


def write_shard(path: Path, members: dict[str, bytes]) -> dict[str, Any]:
    """Write a tar and return what the index says of its file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with tarfile.open(path, "w") as tar:
        for name, data in members.items():
            info = tarfile.TarInfo(name)
            info.size = len(data)
            tar.addfile(info, io.BytesIO(data))
    raw = path.read_bytes()
    return {"bytes": len(raw), "sha256": hashlib.sha256(raw).hexdigest()}


def write_index(folder: Path, shards: list[dict[str, Any]]) -> None:
    (folder / "index.json").write_text(json.dumps({"schema": 1, "run": "drawn", "shards": shards}))


def write_drawn_shards(folder: Path, samples: dict[str, int], *, per_shard: int = 4, validation: int = 2) -> Path:
    """Write `samples[kind]` training samples and a few of validation for each kind."""
    index = []
    for kind, count in samples.items():
        for split, wanted in (("train", count), ("validation", validation)):
            for number, first in enumerate(range(0, wanted, per_shard)):
                chosen = range(first, min(first + per_shard, wanted))
                members: dict[str, bytes] = {}
                for sample in chosen:
                    members |= make_members(kind, split, sample)
                path = f"{kind}/{split}-{number:05d}.tar"
                about = {"path": path, "kind": kind, "split": split, "samples": len(chosen)}
                index.append(about | write_shard(folder / path, members))
    write_index(folder, index)
    return folder
