/* tries: hold the slot by waiting for input that never comes
 * expect: IDLE_LIMIT
 * limits: wall=5s idle=200ms
 */
#include "hostile.h"
int main(void)
{
    int ends[2];
    char byte;
    pipe(ends);
    read(ends[0], &byte, 1);
    escaped("read something");
}
