# tries: have the judge collect files of the host for it, by links
# expect: EXITED 0
# collect: **
# holds: root:x:
import contextlib
import os

os.symlink("/etc/passwd", "/work/link")
os.symlink("/proc/self/environ", "/work/environ")
os.symlink("/", "/work/tree")
os.symlink("loop", "/work/loop")
os.mkdir("/work/dir")
os.symlink("/etc", "/work/dir/etc")
os.symlink("../../../../../../etc/shadow", "/work/dir/up")
for target in ("/etc/passwd", "/usr/bin/env"):
    with contextlib.suppress(OSError):
        os.link(target, f"/work/hard-{os.path.basename(target)}")
open("/work/honest", "w").write("mine")
