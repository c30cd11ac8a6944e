#include <stdio.h>

int main(void) {
#ifndef ONLINE_JUDGE
    freopen("input.txt", "r", stdin);
#endif
    int n;
    if (scanf("%d", &n) == 1) printf("%d\n", 2 * n);
    return 0;
}
