"""Whether Ray's head is there. Ray waits for one that is gone, and knocks at its address, without end."""

import socket
import time

from pipeline.errors import ClusterError

CONNECT_SECONDS = 10.0


class Head:
    """The head at HOST:PORT, looked for every `poll_seconds` at most.

    It is gone when nothing has listened there for `gone_seconds`: less than the minute after which Ray, where it
    notices, ends the process without a word.
    """

    def __init__(self, address: str, poll_seconds: float = 5.0, gone_seconds: float = 40.0):
        self.address = address
        self.is_gone = False
        self._poll_seconds = poll_seconds
        self._gone_seconds = gone_seconds
        self._answered = self._asked = time.monotonic()

    def check_is_there(self) -> None:
        """Raise ClusterError when the head is gone."""
        now = time.monotonic()
        if now - self._asked < self._poll_seconds:
            return
        self._asked = now
        try:
            knock(self.address)
            self._answered = now
        except OSError as error:
            if now - self._answered >= self._gone_seconds:
                self.is_gone = True
                raise ClusterError(
                    f"the Ray cluster at {self.address} is gone ({error}); the same command goes on from here"
                ) from error


def knock(address: str) -> None:
    """Raise OSError when nothing listens at HOST:PORT, with `ray://` before it or not."""
    host, _, port = address.removeprefix("ray://").rpartition(":")
    if host and port.isdigit():
        socket.create_connection((host, int(port)), timeout=CONNECT_SECONDS).close()
