# tries: have the compiler compute an enormous constant
# mode: compile
# expect: EXITED 0 | CPU_LIMIT | MEMORY_LIMIT
x = ((((7 << 100) ** 64) ** 64) ** 64) % 10, "a" * (1 << 40) if 0 else "b" * 4096 * 4096, 10**10**8 if 0 else 1
