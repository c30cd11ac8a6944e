/* tries: count sockets and network namespaces of the whole machine by their cookies
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof cookie;
    int fd = socket(AF_UNIX, SOCK_STREAM, 0);
    MUST_FAIL_WITH(getsockopt(fd, SOL_SOCKET, 57 /* SO_COOKIE */, &cookie, &length), ENOPROTOOPT);
    MUST_FAIL_WITH(getsockopt(fd, SOL_SOCKET, 71 /* SO_NETNS_COOKIE */, &cookie, &length), ENOPROTOOPT);
    int type = 0;
    length = sizeof type;
    if (getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) || type != SOCK_STREAM)
        escaped("getsockopt tells nothing");
    confined();
}
