# tries: read the host's paths off the mount table
# expect: CONFINED
import re

text = open("/proc/self/mountinfo").read() + open("/proc/self/mounts").read() + open("/proc/self/mountstats").read()
paths = set(re.findall(r"(?:lowerdir|upperdir|workdir)[+=]*([^, \n]+)", text))
# Layers handed over as descriptors say nothing; every other path is one of the host.
host = {part for entry in paths for part in entry.split(":") if not re.fullmatch(r"/proc/self/fd/\d+", part)}
roots = {line.split()[3] for line in open("/proc/self/mountinfo")}
named = {root for root in roots if re.search(r"judge|lib|home|root|srv|opt|slot", root)}
disks = re.findall(r" - (?:ext4|xfs|btrfs|zfs|nfs\w*|9p|virtiofs) (\S+)", text)
print(f"ESCAPED: {sorted(host)[:3]} {sorted(named)[:3]} {disks[:3]}" if host or named or disks else "CONFINED")
