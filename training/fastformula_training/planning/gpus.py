"""The cards that a run can be planned for, and the one that is there.

Memory is what torch reports, in GiB; rates are dense, of tensor cores with sums in 32
bits, in TFLOP/s: fp16 for cards without bf16. Sources are NVIDIA's data sheets (T4,
V100, L4, A10, A100, L40S, H100 SXM, H200) and the white papers of GA102 and AD102,
whose tables give consumer cards half the rate with such sums.
"""

from __future__ import annotations

import difflib
import time
from typing import NamedTuple

from fastformula_training.error import TrainingError

GIB = 1 << 30


class Gpu(NamedTuple):
    """A device to train on."""

    name: str
    memory: int
    """Bytes that a process can have."""
    tflops: float
    """The rate of matrix products in the run's precision; 0 where unknown."""
    bf16: bool
    is_cpu: bool = False
    note: str = ""
    """Where the figures come from, if not from the table."""


def _gpu(name: str, gib: float, tflops: float, bf16: bool = True) -> Gpu:
    return Gpu(name, int(gib * GIB), tflops, bf16)


GPUS = (
    _gpu("t4", 14.6, 65, bf16=False),
    _gpu("v100", 15.8, 125, bf16=False),
    _gpu("v100-32", 31.7, 125, bf16=False),
    _gpu("l4", 22.0, 121),
    _gpu("a10", 22.0, 125),
    _gpu("a100-40", 39.4, 312),
    _gpu("a100", 79.2, 312),
    _gpu("l40s", 44.4, 362),
    _gpu("h100", 79.1, 989),
    _gpu("h200", 139.8, 989),
    _gpu("rtx2080ti", 10.7, 53.8, bf16=False),
    _gpu("rtx3060", 11.6, 25.5),
    _gpu("rtx3080", 9.7, 59.5),
    _gpu("rtx3090", 23.6, 71.0),
    _gpu("rtx4060ti-16", 15.6, 44.1),
    _gpu("rtx4070", 11.6, 58.3),
    _gpu("rtx4080", 15.6, 97.5),
    _gpu("rtx4090", 23.5, 165.2),
    _gpu("rtx5090", 31.4, 209.5),
)


def gpu_named(name: str) -> Gpu:
    """A row of the table, or `cpu`; raises TrainingError that lists the known ones."""
    if name == "cpu":
        return this_cpu()
    wanted = _plain(name)
    for gpu in GPUS:
        if _plain(gpu.name) == wanted:
            return gpu
    names = [gpu.name for gpu in GPUS]
    near = difflib.get_close_matches(wanted, names, n=1, cutoff=0.0)[0]
    raise TrainingError(
        f"There is no card called {name!r} in the table; did you mean {near}? Known "
        f"are cpu, {', '.join(names)}."
    )


def this_device(cpu: bool = False) -> Gpu:
    """The GPU of this computer, with the memory that is free now; else the CPU."""
    import torch

    if cpu or not torch.cuda.is_available():
        return this_cpu()
    title = torch.cuda.get_device_name()
    free, _ = torch.cuda.mem_get_info()
    bf16 = torch.cuda.is_bf16_supported(including_emulation=False)
    plain = _plain(title)
    known = [gpu for gpu in GPUS if _plain(gpu.name.partition("-")[0]) in plain]
    # The longest name wins, so that an A100 is not taken for an A10.
    best = max(
        known, key=lambda gpu: len(_plain(gpu.name.partition("-")[0])), default=None
    )
    return Gpu(title, free, best.tflops if best else 0.0, bf16, note="found here")


def this_cpu() -> Gpu:
    """The processor of this computer; its rate is measured, in a moment."""
    import psutil
    import torch

    left = torch.rand(1024, 1024)
    times = []
    for _ in range(8):
        started = time.perf_counter()
        left @ left
        times.append(time.perf_counter() - started)
    rate = 2 * 1024**3 / min(times) / 1e12
    free = psutil.virtual_memory().available
    return Gpu("cpu", free, rate, True, is_cpu=True, note="rate measured here")


def _plain(name: str) -> str:
    return "".join(c for c in name.lower() if c.isalnum()).replace("geforce", "")
