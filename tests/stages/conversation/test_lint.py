import numpy as np
import pytest

from stages.conversation.captions import closeup_request
from stages.conversation.lint import leaks

NAMES = ("Iman", "Otto")


@pytest.mark.parametrize(
    ("text", "worn", "found"),
    [
        ("Show me a close-up of Otto's face.", (), []),
        ("Iman wears a red sweater, blue jeans and white sneakers.", ("a black top",), []),  # Iman is no "man"
        ("Otto, the bearded one, up close.", (), ["hair: bearded"]),
        ("Otto shows his face.", (), ["sex: his"]),
        ("Show the man, Otto.", (), ["sex: man"]),
        ("Show old Otto.", (), ["age: old"]),
        ("Show Otto, who is on the left.", (), ["side: left"]),
        ("Now the other one, Otto.", (), ["side: other"]),
        ("Show long-haired Otto.", (), ["hair: haired"]),
        ("Otto wears a navy coat.", ("a light blue top",), ["colour: blue"]),
        ("Otto wears a green hoodie.", ("a red hoodie",), ["garment: hoodie"]),
        ("Show that face.", (), ["names: 0"]),
        ("Show Otto and not Iman.", (), ["names: 2"]),
        ("Ottoman sofas.", (), ["names: 0"]),
    ],
)
def test_leaks(text, worn, found):
    assert leaks(text, NAMES, worn) == found


def test_no_close_up_request_leaks():
    for seed in range(300):
        assert leaks(closeup_request(np.random.default_rng(seed), "Otto"), NAMES) == []
