/* tries: leave directories that nobody may enter and files nobody may read
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    char path[32];
    for (int i = 0; i < 20; i++) {
        snprintf(path, sizeof path, "/work/d%d", i);
        mkdir(path, 0700);
        strcat(path, "/f");
        close(open(path, O_CREAT | O_WRONLY, 0));
        path[strlen(path) - 2] = 0;
        chmod(path, 0);
    }
    chmod("/work", 0);
    chmod("/tmp", 0);
    chmod("/dev/shm", 0);
    confined();
}
