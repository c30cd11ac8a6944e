/* tries: find or make a network interface other than lo
 * expect: CONFINED
 */
#include "hostile.h"
#include <net/if.h>
#include <arpa/inet.h>
int main(void)
{
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    char names[65536];
    struct ifconf list = {.ifc_len = sizeof names, .ifc_buf = names};
    if (ioctl(fd, SIOCGIFCONF, &list) == 0)
        for (int i = 0; i < list.ifc_len / (int)sizeof(struct ifreq); i++)
            if (strcmp(list.ifc_req[i].ifr_name, "lo"))
                escaped("interface %s", list.ifc_req[i].ifr_name);
    struct ifreq lo = {.ifr_name = "lo"};
    lo.ifr_flags = 0;
    MUST_FAIL(ioctl(fd, SIOCSIFFLAGS, &lo));
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = inet_addr("10.1.1.1")};
    memcpy(&lo.ifr_addr, &address, sizeof address);
    MUST_FAIL(ioctl(fd, SIOCSIFADDR, &lo));
    MUST_FAIL(ioctl(fd, 0x89F0 /* a tunnel */, &lo));
    MUST_FAIL(ioctl(fd, 0x894C /* SIOCGSKNS */, 0));
    confined();
}
