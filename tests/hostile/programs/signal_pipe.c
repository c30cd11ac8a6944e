/* tries: write to a pipe that nobody reads
 * expect: SIGNALLED SIGPIPE
 */
#include "hostile.h"
int main(void)
{
    int ends[2];
    pipe(ends);
    close(ends[0]);
    write(ends[1], "x", 1);
    escaped("survived");
}
