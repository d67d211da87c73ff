"""Pictures as bytes and as arrays. One encoder with fixed settings, so that the same pixels give the same bytes."""

import cv2
import numpy as np

from pipeline.media import Media

JPEG_QUALITY = 92


def decode_picture(media: Media) -> np.ndarray:
    """Return a picture (H, W, 3 uint8 RGB)."""
    return cv2.cvtColor(_decode(media, cv2.IMREAD_COLOR), cv2.COLOR_BGR2RGB)


def decode_mask(media: Media) -> np.ndarray:
    """Return a mask (H, W uint8, 255 is in)."""
    return _decode(media, cv2.IMREAD_GRAYSCALE)


def jpeg(picture: np.ndarray) -> Media:
    """Encode a picture (H, W, 3 uint8 RGB)."""
    options = [cv2.IMWRITE_JPEG_QUALITY, JPEG_QUALITY]
    done, data = cv2.imencode(".jpg", cv2.cvtColor(picture, cv2.COLOR_RGB2BGR), options)
    assert done
    return Media.of(data.tobytes(), "jpg")


def png(mask: np.ndarray) -> Media:
    """Encode a mask (H, W uint8), without loss."""
    done, data = cv2.imencode(".png", mask)
    assert done
    return Media.of(data.tobytes(), "png")


def _decode(media: Media, mode: int) -> np.ndarray:
    picture = cv2.imdecode(np.frombuffer(media.read(), np.uint8), mode)
    assert picture is not None, media
    return picture
