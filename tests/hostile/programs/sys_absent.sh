# tries: read and write /sys
# expect: CONFINED
for path in /sys/kernel /sys/class /sys/devices /sys/fs/cgroup /sys/firmware /sys/power/state /debug /sys/kernel/debug; do
    if [ -e "$path" ]; then echo "ESCAPED: $path"; exit 66; fi
done
echo CONFINED
