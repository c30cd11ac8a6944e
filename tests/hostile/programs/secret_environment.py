# tries: find something in the environment and the auxiliary places where secrets are left
# expect: CONFINED
import os

allowed = {"PATH", "HOME", "LANG", "LC_CTYPE"}
extra = set(os.environ) - allowed
raw = open("/proc/self/environ", "rb").read().split(b"\0")
print(f"ESCAPED: {sorted(extra)}" if extra or len(raw) > 5 else "CONFINED")
