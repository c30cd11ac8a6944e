/* tries: hide memory in the buffers of sockets
 * expect: CONFINED | MEMORY_LIMIT
 * limits: memory=16M files=256
 */
#include "hostile.h"
int main(void)
{
    static char block[1 << 16];
    long total = 0;
    int pair[2], size = 1 << 24;
    while (socketpair(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK, 0, pair) == 0) {
        for (int side = 0; side < 2; side++) {
            setsockopt(pair[side], SOL_SOCKET, SO_SNDBUF, &size, sizeof size);
            for (long wrote; (wrote = send(pair[side], block, sizeof block, MSG_DONTWAIT)) > 0;)
                total += wrote;
        }
    }
    if (total > 64 << 20)
        escaped("%ld bytes in sockets", total);
    confined();
}
