#include <stdio.h>
#include <time.h>

/* Works for 0.7 s of CPU time, so that twice that is more than one second. */
int main(void) {
    long long n;
    if (scanf("%lld", &n) != 1) return 1;
    while (clock() < 7 * CLOCKS_PER_SEC / 10) {
    }
    printf("%lld\n", 2 * n);
    return 0;
}
