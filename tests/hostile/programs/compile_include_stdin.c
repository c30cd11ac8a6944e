/* tries: have the compiler wait for input
 * mode: compile
 * expect: EXITED 0 | EXITED 1
 */
#include "/dev/stdin"
int main(void) { return 0; }
