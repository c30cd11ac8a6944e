/* tries: fork without end
 * expect: PROCESS_LIMIT | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
 * limits: cpu=300ms wall=3s processes=24
 */
#include "hostile.h"
int main(void)
{
    for (;;)
        fork();
}
