"""Runs one test of GitHub Classroom that compares output: the name of its JSON file is the argument.

Exit code 0 = the output is as it should be. As Classroom does it: both sides without blanks at their ends.
"""

import json
import re
import subprocess
import sys

with open(sys.argv[1], encoding="utf-8") as file:
    test = json.load(file)
done = subprocess.run(
    ["/bin/sh", "-c", test["command"]], input=test["input"].encode(), stdout=subprocess.PIPE, check=False
)
got = done.stdout.decode("utf-8", "replace").replace("\r\n", "\n").strip()
wanted = test["expected"].replace("\r\n", "\n").strip()
if done.returncode:
    sys.exit(f"the command ended with exit code {done.returncode}")
comparison = test["comparison"]
if comparison == "exact":
    right = got == wanted
elif comparison == "regex":
    right = re.search(test["expected"], got) is not None
else:
    right = wanted in got
if not right:
    sys.exit("the output is not as expected")
