/* tries: take a device without end into the program
 * mode: compile
 * expect: EXITED 0 | EXITED 1 | DISK_LIMIT | MEMORY_LIMIT | CPU_LIMIT | WALL_LIMIT
 */
__asm__(".data\nendless: .incbin \"/dev/zero\"\n");
int main(void) { return 0; }
