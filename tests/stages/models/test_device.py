import pytest
import torch

from pipeline.errors import ConfigError
from stages.models.device import check_device, check_runtime, torch_device


@pytest.mark.parametrize("device", ["cpu", "cuda", "cuda:0", "cuda:12"])
def test_a_device_is_a_cpu_or_a_gpu_with_or_without_its_number(device):
    check_device(device)


@pytest.mark.parametrize("device", ["gpu", "cuda:", "cuda:x", "CPU", "", "cpu:0"])
def test_what_names_no_device_is_refused(device):
    with pytest.raises(ValueError, match="must be cpu, cuda, or cuda:N"):
        check_device(device)


def test_a_gpu_that_is_not_there_is_an_error_and_no_cpu():
    there = torch.cuda.device_count()
    with pytest.raises(ConfigError, match=rf"is cuda:{there}, but torch sees {there} GPUs here; use device: cpu"):
        torch_device(f"cuda:{there}")
    assert torch_device("cpu").type == "cpu"


def test_what_uses_no_gpu_needs_none():
    check_runtime("cuda", "cpu", providers=[])
