"""Writes where it should not; marks that attacks leave are looked for on the host."""

from judge_program import finish

for path in ("/etc/owned", "/usr/bin/owned", "/.owned", "/usr/.owned", "/etc/.owned", "/artifact/owned"):
    try:
        with open(path, "w") as file:
            file.write("owned")
    except OSError:
        pass
finish("WA")
