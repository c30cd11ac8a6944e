/* tries: burn CPU without end
 * expect: CPU_LIMIT
 * limits: cpu=200ms
 */
#include "hostile.h"
int main(void)
{
    burn_ms(60000);
    escaped("burnt a minute");
}
