/* tries: print to the error stream without end
 * expect: OUTPUT_LIMIT
 * limits: stderr=64K wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (;;)
        fputs("xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx", stderr);
}
