/* tries: become itself again and again, so that no counter in memory lasts
 * expect: CPU_LIMIT
 * limits: cpu=200ms wall=3s
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    (void)argc;
    execv("/proc/self/exe", argv);
    escaped("exec failed");
}
