import os
import subprocess
import sys

from pipeline.memory import machine_bytes, resident_bytes

HOLD = "held = b'1' * {bytes}; print(flush=True); input()"


def test_memory_of_a_process_counts_what_it_started():
    inner = HOLD.format(bytes=200_000_000)
    code = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {inner!r}])"
    with subprocess.Popen([sys.executable, "-c", code], stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout
        child.stdout.readline()
        assert 200_000_000 < resident_bytes(child.pid) < 300_000_000
        child.communicate(b"\n")


def test_a_process_that_is_gone_takes_nothing():
    child = subprocess.Popen([sys.executable, "-c", ""])
    child.wait()
    assert resident_bytes(child.pid) == 0


def test_a_machine_has_more_memory_than_this_process_takes():
    assert resident_bytes(os.getpid()) < machine_bytes()
