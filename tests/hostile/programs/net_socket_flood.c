/* tries: keep the supervisor busy with internet sockets, each of which it is told of
 * expect: SYSCALL_DENIED socket
 * limits: cpu=20s wall=30s
 */
#include "hostile.h"
int main(void)
{
    for (int i = 0; i < 1000000; i++)
        close(socket(AF_INET, SOCK_DGRAM, 0));
    escaped("a million sockets");
}
