/* tries: fork until refused, then leave with an error
 * expect: PROCESS_LIMIT
 * limits: processes=16
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 1000; i++) {
        pid_t child = fork();
        if (child < 0)
            _exit(3);
        if (child == 0)
            for (;;)
                pause();
    }
    escaped("1000 processes");
}
