/* tries: a program file of two gigabytes
 * mode: compile
 * expect: EXITED 1 | DISK_LIMIT | MEMORY_LIMIT | CPU_LIMIT | SIGNALLED SIGXFSZ
 */
char huge[2000000000] = {1};
int main(void) { return huge[1]; }
