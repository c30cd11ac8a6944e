"""``judge host``: what root does once on a host, so that a plain user can run the service."""

from __future__ import annotations

import argparse
import pwd

import msgspec

from judge.errors import UsageError
from judge.host.delegate import delegate_to, undelegate_from
from judge.parsers import Subparsers
from judge.sandbox.identity import usual_runtime_dir


def add_parser(subparsers: Subparsers) -> None:
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

    undelegate = actions.add_parser(
        "undelegate",
        help="take it back: remove a user's cgroups and locks",
        description="Remove the judge's groups of USER from every cgroup v1 hierarchy, and its directory of locks. "
        "Refuses while something runs in them. Data stay in the state directory, which is USER's own to remove.",
    )
    undelegate.add_argument("user", metavar="USER", help="a user name or uid")
    undelegate.add_argument("--json", action="store_true", help="a JSON object: uid, directories")


def run(args: argparse.Namespace) -> int:
    """Make or remove, and say what."""
    try:
        entry = pwd.getpwuid(int(args.user)) if args.user.isdecimal() else pwd.getpwnam(args.user)
    except KeyError as error:
        raise UsageError(f"no user named {args.user!r} on this host") from error
    if args.action == "delegate":
        made = delegate_to(entry.pw_uid, entry.pw_gid)
    else:
        made = undelegate_from(entry.pw_uid, usual_runtime_dir(entry.pw_uid))
    if args.json:
        print(msgspec.json.encode({"uid": entry.pw_uid, "directories": [str(path) for path in made]}).decode())
    else:
        for path in made:
            print(path)
    return 0
