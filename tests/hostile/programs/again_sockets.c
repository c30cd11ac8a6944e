/* tries: leave a listening socket, an abstract name or a dying connection for the next run
 * mode: twice
 * expect: CONFINED
 */
#include "hostile.h"
#include <netinet/in.h>
static struct sockaddr_in at(int port)
{
    return (struct sockaddr_in){
        .sin_family = AF_INET, .sin_port = htons(port), .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}
int main(int argc, char **argv)
{
    int second = argc > 1 && argv[1][0] == '2';
    struct sockaddr_un name = {.sun_family = AF_UNIX, .sun_path = "\0note"};
    int local = socket(AF_UNIX, SOCK_DGRAM, 0);
    if (second && connect(local, (struct sockaddr *)&name, sizeof(sa_family_t) + 5) == 0)
        escaped("the abstract socket is still here");
    bind(local, (struct sockaddr *)&name, sizeof(sa_family_t) + 5);
    for (int port = 4711; port < 4719; port++) {
        struct sockaddr_in here = at(port);
        int server = socket(AF_INET, SOCK_STREAM, 0);
        /* A connection that the last run closed first keeps its port in TIME_WAIT. */
        if (bind(server, (struct sockaddr *)&here, sizeof here) && second)
            escaped("port %d is taken: errno %d", port, errno);
        if (listen(server, 1))
            continue;
        int client = socket(AF_INET, SOCK_STREAM, 0);
        connect(client, (struct sockaddr *)&here, sizeof here);
        int taken = accept(server, NULL, NULL);
        close(taken);
        close(client);
        close(server);
    }
    if (fork() == 0) {
        setsid();
        pause();
    }
    confined();
}
