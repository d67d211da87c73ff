"""What can go wrong through no fault of our code.

TrainerError
  ConfigError      an option, or a file that an option names: the message names key, value and what is allowed
  ShardError       a shard that is missing, damaged or not in the format
  CheckpointError  a checkpoint that does not belong to this training
  DivergedError    a loss or gradient that is not finite
"""


class TrainerError(Exception):
    """Print as one line and end; anything that is not a TrainerError is a bug."""


class ConfigError(TrainerError):
    pass


class ShardError(TrainerError):
    pass


class CheckpointError(TrainerError):
    pass


class DivergedError(TrainerError):
    pass
