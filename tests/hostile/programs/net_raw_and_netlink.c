/* tries: packets by hand, the routing table, the audit log, kernel crypto
 * expect: CONFINED
 */
#include "hostile.h"
int main(void)
{
    MUST_FAIL(socket(AF_INET, SOCK_RAW, 1));
    MUST_FAIL(socket(AF_INET6, SOCK_RAW, 58));
    MUST_FAIL(socket(AF_PACKET, SOCK_RAW, 0x0300));
    for (int protocol = 0; protocol < 24; protocol++)
        MUST_FAIL_WITH(socket(AF_NETLINK, SOCK_RAW, protocol), EAFNOSUPPORT);
    MUST_FAIL_WITH(socket(38 /* AF_ALG */, SOCK_SEQPACKET, 0), EAFNOSUPPORT);
    MUST_FAIL_WITH(socket(44 /* AF_XDP */, SOCK_RAW, 0), EAFNOSUPPORT);
    MUST_FAIL(socket(AF_INET, SOCK_STREAM, 262 /* MPTCP */));
    MUST_FAIL(socket(AF_INET, SOCK_SEQPACKET, 132 /* SCTP */));
    MUST_FAIL(socket(AF_INET, SOCK_DGRAM, 1 /* ping */));
    confined();
}
