"""The configurations that the repository ships make plans, and the cluster's files agree with each other."""

import re
import shlex
from pathlib import Path
from typing import Any

import pytest
import yaml

from pipeline.plan import Plan, PlannedStage, load_config, make_plan

ROOT = Path(__file__).parents[1]
DATASETS = sorted((ROOT / "configs" / "dataset").glob("*.yaml"))
KUBERAY = ROOT / "configs" / "kuberay"
IMAGE_FOLDER = "/opt/duologue"  # where the image holds configs/

RAY_GB = 4.0  # of a pod: raylet and agents, and /dev/shm
SUPERVISOR_GB = 0.3  # beside each worker
UNITS = {"Mi": 2**20, "Gi": 2**30}


@pytest.fixture(scope="module")
def plan() -> Plan:
    return make_plan(load_config(ROOT / "configs" / "dataset" / "cluster.yaml"))


@pytest.fixture(scope="module")
def manifest() -> dict[str, dict[str, Any]]:
    """The objects of rayjob.yaml by kind."""
    return {found["kind"]: found for found in yaml.safe_load_all((KUBERAY / "rayjob.yaml").read_text())}


@pytest.fixture(scope="module")
def groups(manifest: dict[str, dict[str, Any]]) -> list[dict[str, Any]]:
    """The head's group, then those of the workers."""
    cluster = manifest["RayJob"]["spec"]["rayClusterSpec"]
    return [cluster["headGroupSpec"], *cluster["workerGroupSpecs"]]


def container(group: dict[str, Any]) -> dict[str, Any]:
    (only,) = group["template"]["spec"]["containers"]
    return only


def limit(group: dict[str, Any], resource: str) -> float:
    """Return what a pod of a group may take, memory in GB (1e9 bytes)."""
    value = container(group)["resources"]["limits"].get(resource, "0")
    return float(value[:-2]) * UNITS[value[-2:]] / 1e9 if value[-2:] in UNITS else float(value)


def workers_in_a_pod(stage: PlannedStage, group: dict[str, Any]) -> int:
    fitting = limit(group, "cpu") / stage.resources.cpus
    if stage.resources.gpus:
        fitting = min(fitting, limit(group, "nvidia.com/gpu") / stage.resources.gpus)
    return int(fitting)


@pytest.mark.parametrize("path", DATASETS, ids=lambda path: path.stem)
def test_a_shipped_configuration_makes_a_plan(path: Path):
    assert make_plan(load_config(path)).stages


def test_the_cluster_runs_the_stages_of_the_default(plan: Plan):
    default = make_plan(load_config(ROOT / "configs" / "dataset" / "default.yaml"))
    assert [stage.name for stage in plan.stages] == [stage.name for stage in default.stages]


def test_a_stage_has_a_share_of_a_gpu_exactly_where_its_device_is_one(plan: Plan):
    on_gpu = {stage.name for stage in plan.stages if getattr(stage.stage, "device", "cpu") == "cuda"}
    assert on_gpu == {stage.name for stage in plan.stages if stage.resources.gpus}
    assert on_gpu


def test_the_manifests_ray_is_the_locked_one(manifest: dict[str, dict[str, Any]]):
    locked = re.search(r"^ray==(\S+)", (ROOT / "requirements.lock").read_text(), re.MULTILINE)
    assert locked is not None
    assert manifest["RayJob"]["spec"]["rayClusterSpec"]["rayVersion"] == locked[1]


def test_the_job_builds_a_configuration_that_the_image_holds(manifest: dict[str, dict[str, Any]]):
    program, command, config, *_ = shlex.split(manifest["RayJob"]["spec"]["entrypoint"])
    assert (program, command) == ("duologue", "build")
    assert (ROOT / Path(config).relative_to(IMAGE_FOLDER)).is_file()
    dockerfile = (KUBERAY / "Dockerfile").read_text()
    assert f"WORKDIR {IMAGE_FOLDER}\n" in dockerfile
    assert "COPY configs configs\n" in dockerfile


def test_all_pods_see_root_and_input_on_the_claimed_volume(
    plan: Plan, manifest: dict[str, dict[str, Any]], groups: list[dict[str, Any]]
):
    words = shlex.split(manifest["RayJob"]["spec"]["entrypoint"])
    root = words[words.index("--root") + 1]
    assert Path(plan.config.input).is_relative_to(root)
    claim = manifest["PersistentVolumeClaim"]
    assert claim["spec"]["accessModes"] == ["ReadWriteMany"]
    for group in groups:
        mounted = {mount["mountPath"]: mount["name"] for mount in container(group)["volumeMounts"]}
        volumes = {volume["name"]: volume for volume in group["template"]["spec"]["volumes"]}
        source = volumes[mounted[root]]["persistentVolumeClaim"]
        assert source["claimName"] == claim["metadata"]["name"]


def test_all_pods_run_one_image_as_the_user_that_it_makes(groups: list[dict[str, Any]]):
    assert len({container(group)["image"] for group in groups}) == 1
    (user,) = {group["template"]["spec"]["securityContext"]["runAsUser"] for group in groups}
    assert f"USER {user}:" in (KUBERAY / "Dockerfile").read_text()
    assert user != 0


def test_nothing_but_the_driver_works_on_the_head(groups: list[dict[str, Any]]):
    assert groups[0]["rayStartParams"]["num-cpus"] == "0"


def test_every_stage_fits_into_a_pod_with_a_gpu_if_it_wants_one(plan: Plan, groups: list[dict[str, Any]]):
    for stage in plan.stages:
        assert any(workers_in_a_pod(stage, group) for group in groups[1:]), stage.name


def test_a_pod_full_of_workers_has_the_memory_that_they_may_take(plan: Plan, groups: list[dict[str, Any]]):
    for group in groups[1:]:
        for stage in plan.stages:
            needed = workers_in_a_pod(stage, group) * (stage.memory_gb + SUPERVISOR_GB) + RAY_GB
            assert needed <= limit(group, "memory"), f"{stage.name} in {group['groupName']}"


def test_the_run_takes_no_more_than_the_cluster_may_grow_to(plan: Plan, groups: list[dict[str, Any]]):
    workers = plan.config.workers
    without_gpu = [group for group in groups[1:] if not limit(group, "nvidia.com/gpu")]
    assert workers.cpus == sum(group["maxReplicas"] * limit(group, "cpu") for group in without_gpu)
    assert workers.gpus == sum(group["maxReplicas"] * limit(group, "nvidia.com/gpu") for group in groups[1:])
