/* tries: have the compiler read randomness without end
 * mode: compile
 * expect: EXITED 1 | MEMORY_LIMIT | CPU_LIMIT | WALL_LIMIT | OUTPUT_LIMIT
 */
#include "/dev/urandom"
int main(void) { return 0; }
