# tries: confuse the judge with terminal sequences, NULs, broken UTF-8 and a line without end
# expect: EXITED 0
# limits: stdout=2M
import os

os.write(1, bytes(range(256)) * 16 + b"\x1b[2J\x1b]0;owned\x07\x9b6n" + b"\xf0\x28\x8c\x28" + b"A" * 1000000)
os.write(2, b"\0\r\n\x1b[31m" + b"\xff" * 1000)
