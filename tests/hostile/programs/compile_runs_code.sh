# tries: be a "compiler" that forks, reaches for the network, writes outside, and goes on after it is done
# mode: compile
# expect: EXITED 0
(exec 2>/dev/null; while :; do sleep 1; done) &
(exec 2>/dev/null; echo x >/etc/owned; echo x >/usr/bin/owned; echo x >/artifact/owned; echo x >/dev/tcp/127.0.0.1/6379)
[ -e /etc/owned ] || [ -e /usr/bin/owned ] && echo "ESCAPED: wrote"
cat /etc/shadow 2>/dev/null && echo "ESCAPED: read"
cp /bin/sh /work/sh && chmod 4755 /work/sh && /work/sh -c 'echo $UID' >/dev/null
exit 0
