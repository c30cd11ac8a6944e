"""A virtual machine by qemu: boots the image, hands out the guest's messages, ends in bounded time."""

from __future__ import annotations

import json
import os
import subprocess
import threading
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

_KVM_PROBE_S = 20.0
_MEMORY = "2G"
_FIRST_MESSAGE_MAX_S = 1200.0  # an idle machine with an emulated processor takes 20


@dataclass(frozen=True)
class Machine:
    """What to boot. ``directory`` holds the kernel and the root, which is never written to. ``disks``: the others."""

    directory: Path
    disks: tuple[Path, ...]
    accelerator: str
    processors: int

    def run(self, arguments: str, timeout_s: float, console: Path) -> Iterator[dict[str, Any]]:
        """Boot with these kernel arguments; yields what the guest reports, one value a line.

        After ``timeout_s``, or when it says nothing at first, it is killed and the last value is {"event": "timeout"}.
        """
        process = subprocess.Popen(
            self._command(arguments, console), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True
        )
        late = threading.Event()

        def stop() -> None:
            late.set()
            process.kill()

        watchdogs = [threading.Timer(seconds, stop) for seconds in (timeout_s, _FIRST_MESSAGE_MAX_S)]
        for watchdog in watchdogs:
            watchdog.start()
        try:
            assert process.stdout is not None
            for line in process.stdout:
                watchdogs[-1].cancel()
                yield json.loads(line)
            process.wait()
        finally:
            for watchdog in watchdogs:
                watchdog.cancel()
            process.kill()
            process.wait()
        if late.is_set():
            yield {"event": "timeout", "seconds": timeout_s}

    def _command(self, arguments: str, console: Path) -> list[str]:
        append = f"root=/dev/vda rw console=ttyS0 quiet loglevel=4 net.ifnames=0 {arguments}"
        return [
            *_base_command(self.accelerator),
            *("-smp", str(self.processors), "-m", _MEMORY),
            *("-kernel", str(self.directory / "vmlinuz"), "-initrd", str(self.directory / "initrd")),
            *("-append", append),
            *("-drive", f"file={self.directory / 'root.img'},if=virtio,format=raw,snapshot=on,cache=unsafe"),
            *(word for disk in self.disks for word in ("-drive", f"file={disk},if=virtio,format=raw,readonly=on")),
            *("-serial", f"file:{console}"),
            *("-device", "virtio-rng-pci", "-device", "virtio-serial-pci"),
            *("-chardev", "file,id=results,path=/dev/stdout"),
            *("-device", "virtserialport,chardev=results,name=judge.results"),
        ]


def _base_command(accelerator: str) -> list[str]:
    accel = "tcg,thread=multi,tb-size=512" if accelerator == "tcg" else accelerator
    processor = "max" if accelerator == "tcg" else "host"
    return [
        *("nice", "-n", "10", "qemu-system-x86_64", "-machine", "q35", "-accel", accel, "-cpu", processor),
        *("-nodefaults", "-no-user-config", "-display", "none", "-no-reboot"),
    ]


def choose_accelerator(directory: Path, wanted: str) -> str:
    """ "kvm" where a kernel really starts under it, else "tcg" (emulation). ``wanted``: "auto" or one of them."""
    if wanted != "auto":
        return wanted
    if not os.access("/dev/kvm", os.R_OK | os.W_OK):
        return "tcg"
    command = [
        *_base_command("kvm"),
        *("-m", "512M", "-kernel", str(directory / "vmlinuz"), "-append", "console=ttyS0 panic=-1", "-serial", "stdio"),
    ]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_KVM_PROBE_S, check=False)
    except subprocess.TimeoutExpired:
        return "tcg"
    return "kvm" if b"Linux version" in done.stdout else "tcg"
