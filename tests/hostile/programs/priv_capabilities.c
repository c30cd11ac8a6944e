/* tries: regain capabilities by every road
 * expect: CONFINED
 */
#include "hostile.h"
#include <linux/capability.h>
int main(void)
{
    struct __user_cap_header_struct head = {_LINUX_CAPABILITY_VERSION_3, 0};
    struct __user_cap_data_struct data[2] = {{0}, {0}};
    if (syscall(SYS_capget, &head, data) || data[0].permitted | data[1].permitted | data[0].inheritable)
        escaped("has capabilities %x %x", data[0].permitted, data[1].permitted);
    data[0].effective = data[0].permitted = data[0].inheritable = 1u << CAP_SYS_ADMIN % 32;
    MUST_FAIL(syscall(SYS_capset, &head, data));
    MUST_FAIL(prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, CAP_SYS_ADMIN, 0, 0));
    for (int cap = 0; cap < 64; cap++)
        if (prctl(PR_CAPBSET_READ, cap, 0, 0, 0) == 1)
            escaped("capability %d in the bounding set", cap);
    MUST_FAIL(prctl(PR_SET_SECUREBITS, 0, 0, 0, 0));
    MUST_FAIL(prctl(PR_SET_NO_NEW_PRIVS, 0, 0, 0, 0));
    if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
        escaped("no_new_privs is off");
    confined();
}
