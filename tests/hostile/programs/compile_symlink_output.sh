# tries: make the compiler's output a link to a file of the host
# mode: compile
# expect: EXITED 0
# collect: **
# holds: root:x:0
ln -s /etc/passwd /work/out
ln -s /etc /work/dir
ln -s /proc/self/environ /work/environ
