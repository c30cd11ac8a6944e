/* tries: reserve far more than there is: allowed, for it costs nothing
 * expect: CONFINED
 * limits: memory=32M
 */
#include "hostile.h"
int main(void)
{
    void *memory = mmap(NULL, 8ul << 30, PROT_NONE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (memory == MAP_FAILED)
        escaped("a run-time cannot reserve its heap");
    confined();
}
