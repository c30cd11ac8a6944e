/* tries: directories so deep that no path reaches the last one
 * expect: CONFINED
 * limits: inodes=4000 disk=16M
 */
#include "hostile.h"
int main(void)
{
    for (int depth = 0; depth < 3000; depth++) {
        if (mkdir("ddddddddddddddddddddddddddddddddd", 0700) || chdir("ddddddddddddddddddddddddddddddddd"))
            break;
        close(open("file", O_CREAT | O_WRONLY, 0));
    }
    confined();
}
