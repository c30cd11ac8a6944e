/* tries: one file with as many names as it can get, each as long as it can be
 * expect: CONFINED | MEMORY_LIMIT
 * limits: inodes=256
 */
#include "hostile.h"
int main(void)
{
    char path[300];
    memset(path, 'n', sizeof path);
    memcpy(path, "/work/", 6);
    path[255] = 0;
    close(open("/work/first", O_CREAT | O_WRONLY, 0600));
    int made = 0;
    for (; made < 100000; made++) {
        snprintf(path + 6, 12, "%010d", made);
        path[16] = 'n';
        if (link("/work/first", path))
            break;
    }
    if (made > 256)
        escaped("%d names", made);
    confined();
}
