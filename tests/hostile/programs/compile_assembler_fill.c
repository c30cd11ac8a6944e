/* tries: have the assembler write zeros without end
 * mode: compile
 * expect: EXITED 1 | DISK_LIMIT | MEMORY_LIMIT | CPU_LIMIT
 */
__asm__(".data\n.fill 3000000000, 1, 7\n");
int main(void) { return 0; }
