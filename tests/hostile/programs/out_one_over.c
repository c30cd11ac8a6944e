/* tries: print one byte more than allowed
 * expect: OUTPUT_LIMIT
 * limits: stdout=65535
 */
#include "hostile.h"
int main(void)
{
    static char block[65536];
    memset(block, 'x', sizeof block);
    for (size_t done = 0; done < sizeof block;)
        done += write(1, block + done, sizeof block - done);
    return 0;
}
