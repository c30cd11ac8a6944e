"""``judge host``: what root does once on a host, so that a plain user can run the service."""

from __future__ import annotations

import argparse
import pwd
from typing import Any

import msgspec

from judge.errors import UsageError
from judge.sandbox.delegate import delegate_to


def add_parser(subparsers: Any) -> None:
    """Add the command's arguments."""
    parser = subparsers.add_parser("host", help="prepare this host for a plain user (as root, once)")
    actions = parser.add_subparsers(dest="action", required=True, metavar="ACTION")
    delegate = actions.add_parser(
        "delegate",
        help="give a user cgroups on a v1 or hybrid host",
        description="Make the judge's parent group in every cgroup v1 hierarchy and hand it to USER. Lasts until the "
        "next boot. On cgroup v2 hosts it is not needed: systemd delegates.",
    )
    delegate.add_argument("user", metavar="USER", help="a user name or uid")
    delegate.add_argument("--json", action="store_true", help="a JSON object: uid, directories")


def run(args: argparse.Namespace) -> int:
    """Delegate and say what was made."""
    try:
        entry = pwd.getpwuid(int(args.user)) if args.user.isdecimal() else pwd.getpwnam(args.user)
    except KeyError as error:
        raise UsageError(f"no user named {args.user!r} on this host") from error
    made = delegate_to(entry.pw_uid, entry.pw_gid)
    if args.json:
        print(msgspec.json.encode({"uid": entry.pw_uid, "directories": [str(path) for path in made]}).decode())
    else:
        for path in made:
            print(path)
    return 0
