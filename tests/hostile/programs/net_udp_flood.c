/* tries: fill memory with datagrams to itself that nobody reads
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=16M files=256
 */
#include "hostile.h"
#include <netinet/in.h>
int main(void)
{
    static char block[60000];
    long kept = 0;
    for (int i = 0; i < 200; i++) {
        int fd = socket(AF_INET, SOCK_DGRAM, 0), size = 1 << 30;
        struct sockaddr_in here = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
        socklen_t length = sizeof here;
        if (fd < 0 || bind(fd, (struct sockaddr *)&here, length))
            break;
        setsockopt(fd, SOL_SOCKET, SO_RCVBUF, &size, sizeof size);
        setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
        getsockname(fd, (struct sockaddr *)&here, &length);
        connect(fd, (struct sockaddr *)&here, length);
        for (int n = 0; n < 100; n++)
            send(fd, block, sizeof block, MSG_DONTWAIT);
        int waiting = 0;
        ioctl(fd, FIONREAD, &waiting);
        kept += waiting > 0 ? 4 * waiting : 0;
    }
    if (kept > 96 << 20)
        escaped("about %ld bytes wait", kept);
    confined();
}
