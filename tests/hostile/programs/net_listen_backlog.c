/* tries: hold memory in connections that are never accepted
 * expect: CONFINED | MEMORY_LIMIT | CPU_LIMIT | WALL_LIMIT
 * limits: memory=16M files=256
 */
#include "hostile.h"
#include <netinet/in.h>
int main(void)
{
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    bind(server, (struct sockaddr *)&here, length);
    listen(server, INT_MAX);
    getsockname(server, (struct sockaddr *)&here, &length);
    int made = 0;
    for (; made < 16000; made++) {
        int client = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        if (client < 0 || (connect(client, (struct sockaddr *)&here, length) && errno != EINPROGRESS))
            break;
        close(client);
    }
    confined();
}
