/* tries: block and ignore every signal and burn on
 * expect: CPU_LIMIT
 * limits: cpu=200ms
 */
#include "hostile.h"
int main(void)
{
    sigset_t all;
    sigfillset(&all);
    sigprocmask(SIG_SETMASK, &all, NULL);
    for (int sig = 1; sig < 65; sig++)
        signal(sig, SIG_IGN);
    burn_ms(60000);
    escaped("ran to the end");
}
