#include <stdio.h>

int main(void) {
    puts("1000000000000");
    return 0;
}
