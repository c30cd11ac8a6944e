/* tries: have the kernel fill a gigabyte in one call
 * expect: MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    char *memory = mmap(NULL, 1 << 30, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_POPULATE, -1, 0);
    if (memory != MAP_FAILED)
        touch(memory, 1 << 30);
    escaped("used a gigabyte");
}
