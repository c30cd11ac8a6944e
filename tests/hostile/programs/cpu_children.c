/* tries: let children burn while the parent sleeps
 * expect: CPU_LIMIT
 * limits: cpu=200ms
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            setsid();
            burn_ms(60000);
        }
    pause();
}
