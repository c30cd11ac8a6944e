/* tries: hold the slot by sleeping
 * expect: WALL_LIMIT
 * limits: wall=300ms
 */
#include "hostile.h"
int main(void)
{
    for (;;)
        sleep(1000);
}
