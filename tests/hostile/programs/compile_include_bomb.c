/* tries: a file that includes itself twice, to a depth of thirty
 * mode: compile
 * expect: EXITED 1 | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
 */
#ifndef DEPTH
#define DEPTH 0
int main(void) { return 0; }
#endif
#if __INCLUDE_LEVEL__ < 30
#include __FILE__
#include __FILE__
#endif
