/* tries: print more than allowed and be gone before anybody counted
 * expect: OUTPUT_LIMIT
 * limits: stdout=4K
 */
#include "hostile.h"
int main(void)
{
    static char block[60000];
    memset(block, 'x', sizeof block);
    write(1, block, sizeof block);
    _exit(0);
}
