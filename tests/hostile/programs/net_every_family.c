/* tries: a socket of every address family and type; each unknown one would load a kernel module
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    int pair[2];
    for (int family = 0; family < 64; family++)
        for (int type = 0; type < 12; type++) {
            int internet = family == AF_INET || family == AF_INET6;
            if (family == AF_UNIX || (internet && (type == SOCK_STREAM || type == SOCK_DGRAM)))
                continue;
            if (socket(family, type, 0) >= 0)
                escaped("socket of family %d, type %d", family, type);
            if (!internet && errno != EAFNOSUPPORT)
                escaped("family %d, type %d reached the kernel: errno %d", family, type, errno);
            if (socketpair(family, type, 0, pair) == 0)
                escaped("pair of family %d, type %d", family, type);
        }
    confined();
}
