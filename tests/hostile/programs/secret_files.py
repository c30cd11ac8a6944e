# tries: read what contestants look for first: passwords, keys, test data, answers, the service's state
# expect: CONFINED
import glob
import os

wanted = [
    "/etc/shadow", "/etc/gshadow", "/etc/sudoers", "/etc/ssh", "/root/*", "/home/*", "/var/lib/*", "/var/log/*",
    "/var/spool/*", "/opt/*", "/srv/*", "/mnt/*", "/media/*", "/boot/*", "/run/*", "/sys/*", "/data/*", "/host/*",
    "/old*", "/.old*", "/oldroot*", "/proc/1/root/*", "/**/*.ans", "/tmp/*", "/work/*", "/dev/shm/*", "/lost+found",
    "/etc/judge*", "/etc/cron*", "/etc/machine-id", "/.dockerenv", "/etc/hostid",
]  # fmt: skip
seen = [path for pattern in wanted for path in glob.glob(pattern)]
seen = [path for path in seen if not path.startswith("/run/") or os.path.isfile(path)]
print(f"ESCAPED: {seen[:5]}" if seen else "CONFINED")
