import socket

import pytest

from pipeline.errors import ClusterError
from pipeline.ray_head import Head, knock


def test_a_head_is_there_as_long_as_somebody_listens():
    with socket.create_server(("127.0.0.1", 0)) as server:
        address = f"127.0.0.1:{server.getsockname()[1]}"
        head = Head(address, poll_seconds=0.0, gone_seconds=0.0)
        head.check_is_there()
    with pytest.raises(ClusterError, match=f"the Ray cluster at {address} is gone"):
        head.check_is_there()


def test_a_head_that_is_away_for_a_moment_is_not_gone():
    head = Head("127.0.0.1:1", poll_seconds=0.0, gone_seconds=60.0)
    head.check_is_there()


@pytest.mark.parametrize("address", ["127.0.0.1:1", "ray://127.0.0.1:1"])
def test_an_address_where_nobody_listens_is_told(address):
    with pytest.raises(OSError, match="refused"):
        knock(address)


def test_auto_is_for_ray_to_find():
    knock("auto")
