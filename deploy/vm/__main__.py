"""``make test-vm``: the product on a cgroup v2 host under systemd, as a plain user, in a virtual machine.

Exit status: 0 every step in the guest ended well, 1 one did not, 5 the machine could not be made or run.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import time
from pathlib import Path

from cache import CACHE
from deployed_images import NotMade, build_containers
from image import build_image
from machine import Machine, choose_accelerator
from payload import build_payload
from summary import Outcome, Step, outcome_of, show

#: scenario -> (kernel arguments, seconds it may take in all)
SCENARIOS = {
    "full": ("judge.scenario=full", 2700.0),
    "no-userns": ("judge.scenario=no-userns sysctl.user.max_user_namespaces=0", 600.0),
    "layers": ("judge.scenario=layers", 3600.0),
    "containers": ("judge.scenario=containers", 10_800.0),
}
#: Those that are run unless others are named: the others take an emulated processor longer than these together.
_USUAL = ("full", "no-userns")


def main() -> int:
    """Make what is missing, boot each scenario, show one table."""
    args = _parse()
    containers = "containers" in (args.scenario or ())
    subprocess.run([Path(__file__).parent / "install-tools", *(["buildah"] if containers else [])], check=True)
    began = time.monotonic()
    image, payload = build_image(podman=containers), build_payload()
    disks = (payload, build_containers()) if containers else (payload,)
    machine = Machine(image, disks, choose_accelerator(image, args.accelerator), args.processors)
    print(f"test-vm: {machine.accelerator}, {machine.processors} processors", flush=True)
    outcomes = [_boot(machine, scenario, args) for scenario in args.scenario or _USUAL]
    show(outcomes, time.monotonic() - began)
    if args.must_notice:
        return 0 if all(outcome.noticed for outcome in outcomes) else 1
    return 0 if all(outcome.ok for outcome in outcomes) else 1


def _boot(machine: Machine, scenario: str, args: argparse.Namespace) -> Outcome:
    """Run it; a machine that never said anything was lost by the emulator, not by a step: once more."""
    outcome = _run(machine, scenario, args)
    if outcome.steps:
        return outcome
    print(f"test-vm: {scenario}: the machine reported nothing ({outcome.ending}), booting it once more", flush=True)
    return _run(machine, scenario, args)


def _run(machine: Machine, scenario: str, args: argparse.Namespace) -> Outcome:
    arguments, timeout_s = SCENARIOS[scenario]
    if args.break_limit:
        arguments += f" judge.break={args.break_limit}"
    if args.only:
        arguments += f" judge.only={args.only.replace(' ', '_')}"
    console = CACHE / f"{scenario}.console.log"
    log = CACHE / f"{scenario}.log"
    steps: list[Step] = []
    ending = "lost"
    with log.open("w") as file:
        for message in machine.run(arguments, timeout_s, console):
            if message["event"] == "step":
                step = Step(message["name"], message["ok"], message["seconds"], message["detail"])
                steps.append(step)
                print(f"test-vm: {scenario}: {step.line()}", flush=True)
                file.write(f"== {step.line()}\n{message['output']}\n")
                file.flush()
            else:
                ending = message["event"]
    return outcome_of(scenario, steps, ending, (log, console))


def _parse() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="deploy/vm", description=__doc__.splitlines()[0])
    parser.add_argument("--scenario", action="append", choices=sorted(SCENARIOS), help="only this boot")
    parser.add_argument("--only", metavar="STEPS", help="only steps whose name begins with one of these (a,b)")
    parser.add_argument("--accelerator", choices=("auto", "kvm", "tcg"), default="auto")
    parser.add_argument("--processors", type=int, default=2)
    parser.add_argument(
        "--break-limit", choices=("memory", "processes", "cpu"), help="unplug a limit in the guest; the test must fail"
    )
    parser.add_argument(
        "--must-notice", action="store_true", help="succeed only if the tests fail on the limit that is unplugged"
    )
    return parser.parse_args()


if __name__ == "__main__":
    try:
        sys.exit(main())
    except (NotMade, subprocess.CalledProcessError) as error:
        print(f"test-vm: {error}", file=sys.stderr)
        sys.exit(5)
