/* tries: tell the next run what was read, by the counters that ports for outgoing connections are taken from
 * mode: twice
 * expect: CONFINED
 * limits: cpu=4s wall=10s
 */
#include "hostile.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#define CELLS 8
#define FIRST 32768
#define WIDTH 3528 /* an eighth of the usual range */
#define NOTE 3
#define TRIES 20000
/* The port that a connection to this one is made from. Sockets are used again: the number of those made is limited. */
static int port_towards(int port)
{
    static int servers[65536], client = -1;
    struct sockaddr_in there = {
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr nowhere = {.sa_family = AF_UNSPEC};
    if (client < 0)
        client = socket(AF_INET, SOCK_STREAM, 0);
    if (!servers[port]) {
        servers[port] = socket(AF_INET, SOCK_STREAM, 0);
        if (bind(servers[port], (struct sockaddr *)&there, sizeof there) || listen(servers[port], 1))
            escaped("no server: errno %d", errno);
    }
    if (connect(client, (struct sockaddr *)&there, sizeof there))
        escaped("no connection: errno %d", errno);
    struct sockaddr_in here;
    socklen_t length = sizeof here;
    getsockname(client, (struct sockaddr *)&here, &length);
    connect(client, &nowhere, sizeof nowhere);
    close(accept(servers[port], NULL, NULL));
    return ntohs(here.sin_port);
}
int main(int argc, char **argv)
{
    unsigned short range[2] = {FIRST, FIRST + 1023};
    if (setsockopt(socket(AF_INET, SOCK_STREAM, 0), IPPROTO_IP, 51 /* IP_LOCAL_PORT_RANGE */, range, sizeof range) == 0)
        escaped("a range of ports was chosen");
    if (argc > 1 && argv[1][0] == '2') {
        int same = 0;
        for (int cell = 0; cell < CELLS; cell++)
            same += (port_towards(7000 + cell) - FIRST) / WIDTH == NOTE;
        if (same == CELLS)
            escaped("each of %d ports is where an earlier run has moved it", CELLS);
        confined();
    }
    for (int cell = 0; cell < CELLS; cell++)
        for (int i = 0; i < TRIES; i++) {
            int place = port_towards(7000 + cell) - FIRST;
            if (place / WIDTH == NOTE && place % WIDTH < WIDTH * 3 / 4)
                break;
        }
    confined();
}
