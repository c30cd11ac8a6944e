/* tries: close all three streams and go on
 * expect: WALL_LIMIT | IDLE_LIMIT
 * limits: wall=300ms
 */
#include "hostile.h"
int main(void)
{
    for (int fd = 0; fd < 3; fd++)
        close(fd);
    for (;;)
        pause();
}
