"""Runs a command as a process of its own and says what it took."""

import os
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path
from statistics import median


@dataclass(frozen=True)
class Run:
    """What one run took, by the kernel's own account of the process and its children."""

    wall: float  # seconds
    cpu: float  # seconds, user and system
    peak: float  # MB of memory resident at most
    status: int  # exit code


def run(command: list[str], log: Path) -> Run:
    """Runs a command; what it says goes to the log."""
    with log.open("wb") as said:
        start = time.perf_counter()
        process = subprocess.Popen(command, stdin=subprocess.DEVNULL, stdout=said, stderr=subprocess.STDOUT)
        _, status, usage = os.wait4(process.pid, 0)
        wall = time.perf_counter() - start
    process.returncode = os.waitstatus_to_exitcode(status)
    return Run(wall, usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024 / 1e6, process.returncode)


def medians(runs: list[Run]) -> Run:
    """The median of each figure but memory, of which it is the most."""
    return Run(
        median(run.wall for run in runs), median(run.cpu for run in runs), max(run.peak for run in runs), runs[0].status
    )


def floor() -> float:
    """MB below which no peak is shown: Linux counts what this process held when it started the command."""
    for line in Path("/proc/self/status").read_text().splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1]) * 1024 / 1e6
    return 0.0


def machine() -> list[str]:
    """The processor, memory, kernel and load, in words."""
    cpu = _field("/proc/cpuinfo", "model name")
    memory = int(_field("/proc/meminfo", "MemTotal").split()[0]) * 1024 / 1e9
    load = os.getloadavg()[0]
    system = os.uname()
    return [
        f"{len(os.sched_getaffinity(0))} cores of {cpu}, {memory:.0f} GB of memory",
        f"{system.sysname} {system.release} on {system.machine}; load {load:.1f} when the run began",
    ]


def _field(path: str, name: str) -> str:
    for line in Path(path).read_text().splitlines():
        key, _, value = line.partition(":")
        if key.strip() == name:
            return value.strip()
    return "unknown"
