/* tries: make the kernel copy huge argument lists
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=24M cpu=2s
 */
#include "hostile.h"
int main(int argc, char **argv)
{
    if (argc > 2)
        confined();
    static char *list[70000];
    static char word[131000];
    memset(word, 'a', sizeof word - 1);
    list[0] = argv[0];
    list[1] = "again";
    for (int i = 2; i < 64; i++)
        list[i] = word;
    execv("/proc/self/exe", list);
    confined();
}
