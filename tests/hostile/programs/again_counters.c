/* tries: tell the next run what was read, by network counters and flow labels that move nothing on any device
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#define PACKETS 1000
static void leave(int family, const void *to, socklen_t length)
{
    int fd = socket(family, SOCK_DGRAM, 0);
    for (int i = 0; i < PACKETS; i++)
        sendto(fd, "x", 1, 0, to, length);
    close(fd);
}
/* No counter of a table has counted the packets of an earlier run. */
static void look(const char *table)
{
    char path[64], word[256];
    snprintf(path, sizeof path, "/proc/self/net/%s", table);
    FILE *file = fopen(path, "r");
    while (file && fscanf(file, "%255s", word) == 1)
        if (strtoul(word, NULL, 10) >= PACKETS && strtoul(word, NULL, 10) < 3 * PACKETS)
            escaped("%s has %s", table, word);
    if (file)
        fclose(file);
}
int main(int argc, char **argv)
{
    char line[256];
    look("snmp6");
    look("netstat");
    look("snmp");
    FILE *file = fopen("/proc/self/net/ip6_flowlabel", "r");
    while (file && fgets(line, sizeof line, file))
        if (strncmp(line, "Label", 5))
            escaped("a flow label is left: %s", line);
    /* No route and nobody there: none of these packets reaches a device. */
    struct sockaddr_in four = {.sin_family = AF_INET, .sin_port = htons(9), .sin_addr.s_addr = htonl(0x08080808)};
    struct sockaddr_in6 six = {.sin6_family = AF_INET6, .sin6_port = htons(9)};
    inet_pton(AF_INET6, "2001:db8::1", &six.sin6_addr);
    leave(AF_INET, &four, sizeof four);
    leave(AF_INET6, &six, sizeof six);
    struct {
        struct in6_addr to;
        unsigned label;
        unsigned char action, share;
        unsigned short flags, expires, linger;
        unsigned pad;
    } request = {.label = htonl(4711), .share = 255, .flags = 1, .expires = 60, .linger = 60};
    memcpy(&request.to, "the secret input", 16);
    int fd = socket(AF_INET6, SOCK_DGRAM, 0);
    if (fd >= 0 && setsockopt(fd, IPPROTO_IPV6, 32 /* IPV6_FLOWLABEL_MGR */, &request, sizeof request) == 0)
        escaped("a flow label was made");
    confined();
}
