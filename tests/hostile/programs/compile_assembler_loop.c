/* tries: have the assembler repeat without end
 * mode: compile
 * expect: EXITED 1 | DISK_LIMIT | MEMORY_LIMIT | CPU_LIMIT | WALL_LIMIT
 */
__asm__(".rept 1000000000\nnop\n.endr\n");
int main(void) { return 0; }
