/* tries: print without end, a byte at a time
 * expect: OUTPUT_LIMIT | CPU_LIMIT
 * limits: stdout=64K cpu=1s
 */
#include "hostile.h"
int main(void)
{
    for (;;)
        write(1, "x", 1);
}
