/* tries: hide memory in the buffers of connections to itself
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=16M files=256
 */
#include "hostile.h"
#include <netinet/in.h>
int main(void)
{
    static char block[1 << 16];
    long total = 0;
    int server = socket(AF_INET, SOCK_STREAM, 0);
    struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t length = sizeof here;
    if (bind(server, (struct sockaddr *)&here, length) || listen(server, 128))
        confined();
    getsockname(server, (struct sockaddr *)&here, &length);
    for (int i = 0; i < 100; i++) {
        int client = socket(AF_INET, SOCK_STREAM, 0);
        if (client < 0 || connect(client, (struct sockaddr *)&here, length))
            break;
        for (long wrote; (wrote = send(client, block, sizeof block, MSG_DONTWAIT)) > 0;)
            total += wrote;
    }
    if (total > 64 << 20)
        escaped("%ld bytes in connections", total);
    confined();
}
