"""The curated view of a host: what shows, what never does, and that making it is atomic and repeatable."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from judge.errors import HostError
from judge.rootfs.host_root import MOUNT_POINTS, built_view, find_in, host_rootfs, host_view, with_layers
from judge.state_dir import StateDir


@pytest.fixture
def host(tmp_path: Path) -> Path:
    """A small host: merged /usr, a few files of /etc, secrets, a home."""
    root = tmp_path / "host"
    for name in (
        "usr/bin",
        "usr/lib",
        "usr/local/bin",
        "etc/alternatives",
        "etc/tool.d",
        "etc/ssh",
        "home/me",
        "var/lib/tool",
    ):
        (root / name).mkdir(parents=True)
    for name in ("bin", "lib"):
        (root / name).symlink_to(f"usr/{name}")
    (root / "usr/bin/tool-1").write_text("binary")
    (root / "usr/bin/tool").symlink_to("/etc/alternatives/tool")
    (root / "etc/alternatives/tool").symlink_to("/usr/bin/tool-1")
    (root / "usr/local/bin/private").write_text("private")
    (root / "etc/tool.d/public").write_text("public")
    (root / "etc/tool.d/secret").write_text("secret")
    (root / "etc/tool.d/secret").chmod(0o600)
    (root / "etc/shadow").write_text("root:hash")
    (root / "etc/passwd").write_text("me:x:1234:1234:Me:/home/me:/bin/sh\n")
    (root / "etc/ssh/key").write_text("key")
    return root


def skeleton_of(host: Path, state: Path, *extra: str) -> Path:
    return Path(host_rootfs(StateDir(state), extra, host).mounts[0].lowers[0])


def test_programs_see_the_toolchains_of_usr_and_no_usr_local(host: Path, tmp_path: Path) -> None:
    rootfs = host_rootfs(StateDir(tmp_path / "state"), (), host)
    assert [mount.target for mount in rootfs.mounts] == ["/", "/usr"]
    assert find_in(rootfs, "/usr/bin/tool-1") == host / "usr/bin/tool-1"
    assert find_in(rootfs, "/usr/local/bin/private") is None


def test_links_are_followed_inside_the_root(host: Path, tmp_path: Path) -> None:
    rootfs = host_rootfs(StateDir(tmp_path / "state"), (), host)
    assert find_in(rootfs, "/usr/bin/tool") == host / "usr/bin/tool-1"
    assert find_in(rootfs, "/bin/../bin/./tool") == host / "usr/bin/tool-1"
    assert find_in(rootfs, "/../../etc/passwd") == Path(rootfs.mounts[0].lowers[0]) / "etc/passwd"


def test_a_loop_of_links_is_no_file(host: Path, tmp_path: Path) -> None:
    (host / "usr/bin/loop").symlink_to("loop")
    assert find_in(host_rootfs(StateDir(tmp_path / "state"), (), host), "/usr/bin/loop") is None


def test_users_and_secrets_of_the_host_never_show(host: Path, tmp_path: Path) -> None:
    skeleton = skeleton_of(host, tmp_path / "state", "/etc/tool.d", "/etc/shadow", "/etc/ssh", "/etc/*")
    assert "me:" not in (skeleton / "etc/passwd").read_text()
    assert "judge:x:1000:1000" in (skeleton / "etc/passwd").read_text()
    assert (skeleton / "etc/tool.d/public").read_text() == "public"
    assert not any((skeleton / name).exists() for name in ("etc/tool.d/secret", "etc/shadow", "etc/ssh", "home"))


def test_a_language_may_ask_for_more_paths(host: Path, tmp_path: Path) -> None:
    (host / "var/lib/tool/data").write_text("data")
    skeleton = skeleton_of(host, tmp_path / "state", "/var/lib/too*")
    assert (skeleton / "var/lib/tool/data").read_text() == "data"


def test_every_mount_point_is_there_and_everybody_may_enter(host: Path, tmp_path: Path) -> None:
    skeleton = skeleton_of(host, tmp_path / "state")
    for point in MOUNT_POINTS:
        assert (skeleton / point).stat().st_mode & 0o777 == 0o755


def test_the_same_host_gives_the_same_skeleton_and_a_changed_one_another(host: Path, tmp_path: Path) -> None:
    first = host_view(StateDir(tmp_path / "state"), (), host)
    assert host_view(StateDir(tmp_path / "state"), (), host) == first
    (host / "etc/alternatives/tool").unlink()
    (host / "etc/alternatives/tool").symlink_to("/usr/bin/tool-2")
    second = host_view(StateDir(tmp_path / "state"), (), host)
    assert second.digest != first.digest
    assert second.rootfs.mounts[0].lowers[0] != first.rootfs.mounts[0].lowers[0]


def test_installing_a_package_changes_the_digest(host: Path, tmp_path: Path) -> None:
    first = host_view(StateDir(tmp_path / "state"), (), host)
    (host / "var/lib/dpkg").mkdir()
    (host / "var/lib/dpkg/status").write_text("Package: new\n")
    assert host_view(StateDir(tmp_path / "state"), (), host).digest != first.digest


def test_a_host_without_merged_usr_shows_its_own_directories(host: Path, tmp_path: Path) -> None:
    (host / "bin").unlink()
    (host / "bin").mkdir()
    (host / "bin/sh").write_text("sh")
    rootfs = host_rootfs(StateDir(tmp_path / "state"), (), host)
    assert rootfs.mounts[-1].target == "/bin"
    assert find_in(rootfs, "/bin/sh") == host / "bin/sh"


def test_many_makers_at_once_agree_and_leave_no_scratch(host: Path, tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(lambda _: host_rootfs(StateDir(tmp_path / "state"), (), host), range(16)))
    assert len({str(rootfs) for rootfs in found}) == 1
    assert not list((tmp_path / "state/rootfs").glob(".*"))


def test_a_host_without_usr_is_an_error_that_says_so(tmp_path: Path) -> None:
    with pytest.raises(HostError, match="no such directory"):
        host_rootfs(StateDir(tmp_path / "state"), (), tmp_path / "nothing")


def test_layers_lie_over_the_root_topmost_first(host: Path, tmp_path: Path) -> None:
    for name in ("above", "below"):
        (tmp_path / name / "opt/x").mkdir(parents=True)
        (tmp_path / name / "opt/x/file").write_text(name)
    rootfs = with_layers(host_rootfs(StateDir(tmp_path / "state"), (), host), [tmp_path / "above", tmp_path / "below"])
    found = find_in(rootfs, "/opt/x/file")
    assert found is not None
    assert found.read_text() == "above"


def test_a_built_root_shows_nothing_of_the_host(tmp_path: Path) -> None:
    base = tmp_path / "base"
    (base / "etc").mkdir(parents=True)
    (base / "etc/passwd").write_text("of the base")
    rootfs = built_view(StateDir(tmp_path / "state"), [base]).rootfs
    assert len(rootfs.mounts) == 1
    assert "judge:x:1000" in (find_in(rootfs, "/etc/passwd") or Path()).read_text()
