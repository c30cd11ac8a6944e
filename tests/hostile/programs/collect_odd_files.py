# tries: stall or confuse whoever collects the files: pipes, sockets, devices, holes, names
# expect: EXITED 0
# collect: **
# limits: disk=8M inodes=200
import os
import socket

os.mkfifo("/work/fifo")
os.mkfifo("/work/out.txt")
socket.socket(socket.AF_UNIX).bind("/work/socket")
with open("/work/hole", "wb") as file:
    file.truncate(1 << 40)
for name in (b"new\nline", b"\xff\xfe", b"-rf", b"..hidden", b"a" * 255, b" ", b"\x1b[2J"):
    open(b"/work/" + name, "wb").write(b"x")
os.chmod(b"/work/-rf", 0)
os.mkdir("/work/closed")
open("/work/closed/in", "w").write("x")
os.chmod("/work/closed", 0)
open("/work/honest", "w").write("mine")
