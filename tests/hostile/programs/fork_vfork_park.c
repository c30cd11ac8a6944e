/* tries: leave a parent stuck in vfork while its child sleeps
 * expect: WALL_LIMIT | IDLE_LIMIT
 * limits: wall=300ms
 */
#include "hostile.h"
int main(void)
{
    if (vfork() == 0) {
        setsid();
        for (;;)
            pause();
    }
    escaped("vfork returned");
}
