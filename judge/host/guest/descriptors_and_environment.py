# tries: find descriptors, variables or a terminal that were left for it
# expect: CONFINED
import os

found = []
for fd in range(3, 256):
    try:
        os.fstat(fd)
        found.append(fd)
    except OSError:
        pass
found += sorted(set(os.environ) - {"PATH", "HOME", "LANG", "LC_CTYPE"})
found += [fd for fd in range(3) if os.isatty(fd)]
print(f"ESCAPED: {found}" if found else "CONFINED")
