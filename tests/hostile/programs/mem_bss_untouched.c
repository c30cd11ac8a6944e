/* tries: only declare a .bss far larger than the limit: that is allowed
 * expect: CONFINED
 * limits: memory=32M
 */
#include "hostile.h"
static char huge[1 << 30];
int main(int argc, char **argv)
{
    (void)argv;
    if (huge[argc * 4096])
        escaped("not zero");
    confined();
}
