/* tries: reserve space without writing
 * expect: CONFINED
 * limits: disk=4M
 */
#include "hostile.h"
int main(void)
{
    const char *files[] = {"/work/a", "/tmp/b", "/dev/shm/c"};
    for (int f = 0; f < 3; f++)
        MUST_FAIL_WITH(fallocate(open(files[f], O_CREAT | O_RDWR, 0600), 0, 0, 64 << 20), ENOSPC);
    confined();
}
