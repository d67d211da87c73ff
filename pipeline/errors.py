"""What can go wrong, as one tree.

    DuologueError
    ├── ConfigError    the user's mistake: the message names the key, the value and what is allowed
    ├── StorageError   a path cannot be read or written: the message names the path and the remedy
    ├── ClusterError   the cluster that a build runs on is gone: what is finished stays
    └── SampleError    one sample is bad: recorded with its reason, and the run goes on

Anything else that is raised is a bug: it stops the run, with nothing half-written.
"""


class DuologueError(Exception):
    """The root: everything that Duologue raises on purpose."""


class ConfigError(DuologueError):
    """The user asked for something that is not allowed."""


class StorageError(DuologueError):
    """A file or folder that a run needs cannot be read or written."""


class ClusterError(DuologueError):
    """The cluster that a build runs on does not answer any more."""


class SampleError(DuologueError):
    """A sample that cannot be processed.

    `reason` is a snake_case word that people count and filter by; `detail` is one line for whoever looks closer. Where
    it is a matter of numbers, `measured` did not satisfy `threshold`.
    """

    def __init__(
        self, reason: str, detail: str | None = None, measured: float | None = None, threshold: float | None = None
    ):
        super().__init__(f"{reason}: {detail}" if detail else reason)
        self.reason = reason
        self.detail = detail
        self.measured = measured
        self.threshold = threshold

    def __reduce__(self):
        return type(self), (self.reason, self.detail, self.measured, self.threshold)
