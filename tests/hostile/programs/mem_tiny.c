/* tries: run under a limit too small for the program itself: the launcher, which starts it there, must survive
 * expect: MEMORY_LIMIT | CONFINED
 * limits: memory=128K
 */
#include "hostile.h"
static char data[1 << 20] = {1};
int main(void)
{
    touch(data, sizeof data);
    confined();
}
