# tries: the shell's classic
# expect: EXITED 0 | EXITED 1 | EXITED 2 | EXITED 254 | PROCESS_LIMIT | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT | OUTPUT_LIMIT
# limits: cpu=300ms wall=3s processes=24
bomb() { bomb | bomb & }
bomb
wait
