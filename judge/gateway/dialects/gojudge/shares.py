"""What commands that run together may have, where they ask for more than one run may. Pure."""

from __future__ import annotations

import msgspec

from judge.model.work import Command
from judge.package.ceilings import Ceilings


def shared(commands: tuple[Command, ...], ceilings: Ceilings) -> tuple[Command, ...]:
    """Where all commands together ask for more than one run may have, each gets its share at most; so do the outputs
    above 2, which are summed up by themselves."""
    most = {
        "memory_bytes": ceilings.memory_bytes,
        "stdout_bytes": ceilings.output_bytes,
        "stderr_bytes": ceilings.output_bytes,
    }
    for name, amount in most.items():
        if sum(getattr(command.limits, name) for command in commands) > amount:
            share = amount // len(commands)
            commands = tuple(
                msgspec.structs.replace(
                    command,
                    limits=msgspec.structs.replace(command.limits, **{name: min(getattr(command.limits, name), share)}),
                )
                for command in commands
            )
    outputs = [one.bytes_max for command in commands for one in command.outputs]
    if sum(outputs) > ceilings.output_bytes:
        commands = tuple(_with_outputs_up_to(command, ceilings.output_bytes // len(outputs)) for command in commands)
    return commands


def _with_outputs_up_to(command: Command, share_bytes: int) -> Command:
    outputs = [msgspec.structs.replace(one, bytes_max=min(one.bytes_max, share_bytes)) for one in command.outputs]
    return msgspec.structs.replace(command, outputs=tuple(outputs))
