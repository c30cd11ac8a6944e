/* tries: use a .bss far larger than the limit
 * expect: MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
static char huge[1 << 30];
int main(void)
{
    touch(huge, sizeof huge);
    escaped("used a gigabyte");
}
