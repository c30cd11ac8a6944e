/* tries: recurse without end
 * expect: MEMORY_LIMIT | SIGNALLED SIGSEGV
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
static int deeper(volatile char *above)
{
    volatile char frame[4096];
    frame[0] = above ? above[0] : 1;
    return deeper(frame) + frame[1];
}
int main(void)
{
    return deeper(NULL);
}
