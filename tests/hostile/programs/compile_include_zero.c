/* tries: have the compiler read a device without end
 * mode: compile
 * expect: EXITED 1 | MEMORY_LIMIT | CPU_LIMIT | WALL_LIMIT
 */
#include "/dev/zero"
int main(void) { return 0; }
