"""How many workers each group gets, and which groups run at the same time."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipeline.errors import ConfigError
from pipeline.plan import Group
from pipeline.stage import Resources


@dataclass(frozen=True)
class Pool:
    """A group and the number of its workers."""

    group: Group
    workers: int


def phases(groups: Sequence[Group], available: Resources, most: int | None = None) -> list[list[Pool]]:
    """Divide what is available among groups.

    Groups run at the same time as long as each can have a worker; the others wait for the next phase. A group without
    a count of its own shares evenly what is left in its phase; `most` bounds its workers.

    Raises ConfigError for a group of which not even one worker fits.
    """
    waiting, result = list(groups), []
    for group in waiting:
        if group.resources.cpus > available.cpus or group.resources.gpus > available.gpus:
            raise ConfigError(
                f"workers: one worker of {group.name} needs {_shown(group.resources)}; "
                f"there is {_shown(available)}. Lower workers.stages.{group.stages[0].name} or add a node"
            )
    while waiting:
        phase = [waiting.pop(0)]
        while waiting and _fit([*phase, waiting[0]], available):
            phase.append(waiting.pop(0))
        result.append(_sized(phase, available, most))
    return result


def _sized(phase: Sequence[Group], available: Resources, most: int | None) -> list[Pool]:
    sizes = {group.name: 1 for group in phase}
    open_groups = list(phase)
    while open_groups:
        for group in list(open_groups):
            wanted = group.count or most
            grown = {**sizes, group.name: sizes[group.name] + 1}
            if (wanted is not None and grown[group.name] > wanted) or not _within(phase, grown, available):
                open_groups.remove(group)
            else:
                sizes = grown
    return [Pool(group, sizes[group.name]) for group in phase]


def _fit(groups: Sequence[Group], available: Resources) -> bool:
    return _within(groups, {group.name: 1 for group in groups}, available)


def _within(groups: Sequence[Group], sizes: dict[str, int], available: Resources) -> bool:
    cpus = sum(group.resources.cpus * sizes[group.name] for group in groups)
    gpus = sum(group.resources.gpus * sizes[group.name] for group in groups)
    return cpus <= available.cpus + 1e-9 and gpus <= available.gpus + 1e-9


def _shown(resources: Resources) -> str:
    return f"{resources.cpus:g} CPU and {resources.gpus:g} GPU"
