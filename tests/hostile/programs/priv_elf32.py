# tries: execute a 32-bit program, whose every call takes the other entry
# expect: SYSCALL_DENIED i386:1 | CONFINED
# needs: x86_64
import os
import struct

# mov ebx, 66; mov eax, 1; int 0x80
code = bytes.fromhex("bb42000000 b801000000 cd80".replace(" ", ""))
head = struct.pack("<16sHHIIIIIHHHHHH", b"\x7fELF\x01\x01\x01", 2, 3, 1, 0x8048054, 52, 0, 0, 52, 32, 1, 0, 0, 0)
segment = struct.pack("<IIIIIIII", 1, 0, 0x8048000, 0x8048000, 84 + len(code), 84 + len(code), 5, 4096)
with open("/work/elf32", "wb") as file:
    file.write(head + segment + code)
os.chmod("/work/elf32", 0o755)
try:
    os.execv("/work/elf32", ["elf32"])
except OSError:
    print("CONFINED")
