# tries: fill the memory limit with the page cache of big files: that must not kill an honest reader
# expect: CONFINED
# limits: memory=40M cpu=4s wall=8s
import os

total = 0
for directory in ("/usr/lib/x86_64-linux-gnu", "/usr/lib/aarch64-linux-gnu", "/usr/bin"):
    for name in sorted(os.listdir(directory)) if os.path.isdir(directory) else []:
        path = f"{directory}/{name}"
        if os.path.isfile(path) and total < 120 << 20:
            with open(path, "rb", buffering=0) as file:
                while block := file.read(1 << 20):
                    total += len(block)
print("CONFINED")
