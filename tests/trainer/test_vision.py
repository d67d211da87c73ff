import io
from pathlib import Path

import open_clip
import pytest
import torch
from PIL import Image

from tests.trainer.drawn import draw_picture
from trainer.config import VisionConfig
from trainer.errors import ConfigError, ShardError
from trainer.vision import Tower, pool

CPU = torch.device("cpu")


def encode(picture: bytes, **options) -> torch.Tensor:
    return Tower(VisionConfig(**options), CPU).encode([picture])


def save(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def test_pooling_averages_neighbours_along_the_sequence():
    patches = torch.arange(256.0).reshape(1, 256, 1)
    assert torch.equal(pool(patches), patches.reshape(1, 64, 4, 1).mean(2))


def test_features_are_64_and_the_same_for_the_same_seed():
    picture = draw_picture("red", "blue")
    first = encode(picture)
    assert first.shape == (1, 64, 64)
    assert torch.equal(first, encode(picture))
    assert not torch.equal(first, encode(picture, seed=1))


def test_building_the_tower_leaves_the_random_generator_alone():
    before = torch.get_rng_state()
    Tower(VisionConfig(), CPU)
    assert torch.equal(before, torch.get_rng_state())


def test_different_pictures_have_different_features():
    tower = Tower(VisionConfig(), CPU)
    red, blue = tower.encode([draw_picture("red"), draw_picture("blue")])
    assert (red - blue).square().mean() > 1e-3


@pytest.mark.parametrize("cache_pictures", [0, 1, 100])
def test_cache_of_any_size_changes_no_bit(cache_pictures: int):
    pictures = [draw_picture("red"), draw_picture("blue", "green")]
    tower = Tower(VisionConfig(cache_pictures=cache_pictures), CPU)
    first = tower.encode(pictures)
    tower.encode(pictures[:1])
    assert torch.equal(tower.encode(pictures), first)
    assert torch.equal(tower.encode(pictures[:1]), encode(pictures[0]))


def test_wide_picture_is_padded_not_squashed():
    wide = Image.new("RGB", (256, 128), "orange")
    padded = Image.new("RGB", (256, 256), "black")
    padded.paste(wide, (0, 64))
    squashed = Image.new("RGB", (256, 256), "orange")
    as_wide, as_padded, as_squashed = (encode(save(image)) for image in (wide, padded, squashed))
    assert (as_wide - as_padded).abs().mean() < 0.1 * (as_wide - as_squashed).abs().mean()


def test_checkpoint_of_any_open_clip_model_is_read(tmp_path: Path):
    torch.manual_seed(5)
    Tower(VisionConfig(), CPU)  # makes the model's name known
    torch.save(open_clip.create_model("tiny-vit").state_dict(), tmp_path / "tower.pt")
    picture = draw_picture("red")
    assert not torch.equal(encode(picture, pretrained=tmp_path / "tower.pt"), encode(picture))


@pytest.mark.parametrize(
    ("options", "message"),
    [
        ({"model": "ViT-nano"}, "vision.model: 'ViT-nano' is unknown; allowed: tiny-vit and open_clip's model names"),
        ({"pretrained": Path("no.pt")}, "vision.pretrained: no.pt is not a file"),
        ({"model": "ViT-B-32"}, "vision.model: ViT-B-32 has 49 patches; needed: 64 or more"),
    ],
)
def test_wrong_tower_is_named(options: dict, message: str):
    with pytest.raises(ConfigError, match=message.replace("(", r"\(")):
        Tower(VisionConfig(**options), CPU)


def test_broken_picture_is_an_error_of_the_shard():
    with pytest.raises(ShardError, match="cannot be read"):
        Tower(VisionConfig(), CPU).encode([draw_picture("red")[:200]])
