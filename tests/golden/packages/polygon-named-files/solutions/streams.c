#include <stdio.h>

int main(void) {
    int n;
    freopen("double.in", "r", stdin);
    freopen("double.out", "w", stdout);
    if (scanf("%d", &n) == 1) printf("%d\n", 2 * n);
    return 0;
}
