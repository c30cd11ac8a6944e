/* tries: fill the process table with the dead
 * expect: CONFINED | PROCESS_LIMIT
 * limits: processes=16
 */
#include "hostile.h"
int main(void)
{
    int made = 0;
    while (made < 1000) {
        pid_t child = fork();
        if (child == 0)
            _exit(0);
        if (child < 0)
            break;
        made++;
    }
    if (made >= 16)
        escaped("%d zombies", made);
    confined();
}
