#include <stdio.h>

int main(void) {
    long long n;
    return scanf("%lld", &n) == 1 ? 0 : 3;
}
