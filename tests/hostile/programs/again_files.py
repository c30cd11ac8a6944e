# tries: leave a note in every place for the next run of the same submission
# mode: twice
# expect: CONFINED
import os
import sys

places = ["/work", "/tmp", "/dev/shm", "/var/tmp", "/run", "/dev", "/", "/proc/self", "/artifact", "/root", "/home"]
found = []
for place in places:
    note = f"{place}/note"
    if os.path.exists(note):
        found.append(note)
    try:
        open(note, "w").write("for the next")
        os.makedirs(f"{place}/deep/er", exist_ok=True)
        os.symlink("/etc/passwd", f"{place}/link")
    except OSError:
        pass
print(f"ESCAPED: {found}" if found and sys.argv[1] == "2" else "CONFINED")
