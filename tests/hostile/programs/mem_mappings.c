/* tries: as many mappings as the kernel takes
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=32M cpu=2s
 */
#include "hostile.h"
int main(void)
{
    long made = 0;
    while (made < 200000) {
        void *at = mmap(NULL, 4096, made & 1 ? PROT_READ : PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        if (at == MAP_FAILED)
            break;
        made++;
    }
    if (made >= 200000)
        escaped("%ld mappings", made);
    confined();
}
