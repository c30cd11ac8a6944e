/* tries: print without end from many processes at once
 * expect: OUTPUT_LIMIT
 * limits: stdout=64K wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 8; i++)
        if (fork() == 0)
            for (;;)
                write(1 + i % 2, "yyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyyy\n", 64);
    while (wait(NULL) > 0)
        ;
    escaped("the children ended");
}
