/* tries: fill the kernel's cache of names with names that do not exist
 * expect: CONFINED | MEMORY_LIMIT | CPU_LIMIT | WALL_LIMIT
 * limits: memory=24M cpu=1s
 */
#include "hostile.h"
int main(void)
{
    char name[220];
    struct stat status;
    memset(name, 'n', sizeof name - 1);
    name[sizeof name - 1] = 0;
    for (int i = 0; i < 200000; i++) {
        memcpy(name, "/usr/", 5);
        snprintf(name + 5, 16, "%010d", i);
        name[15] = 'n';
        stat(name, &status);
    }
    confined();
}
