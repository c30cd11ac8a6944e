/* tries: burn CPU after the main process is gone
 * expect: EXITED 0
 * limits: cpu=500ms wall=3s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 4; i++)
        if (fork() == 0) {
            setsid();
            burn_ms(60000);
        }
    return 0;
}
