/* tries: print without end
 * expect: OUTPUT_LIMIT
 * limits: stdout=64K wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (;;)
        puts("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx");
}
