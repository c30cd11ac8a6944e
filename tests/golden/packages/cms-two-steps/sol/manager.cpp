#include "first.h"
#include "second.h"

#include <cstdio>
#include <cstdlib>

int main(int, char **argv) {
    long number;
    if (std::atoi(argv[1]) == 0) {
        FILE *pipe = std::fopen(argv[2], "w");
        if (std::scanf("%ld", &number) != 1) return 1;
        std::fprintf(pipe, "%ld\n", first(number));
        std::fclose(pipe);
    } else {
        FILE *pipe = std::fopen(argv[2], "r");
        if (std::fscanf(pipe, "%ld", &number) != 1) return 1;
        std::printf("%ld\n", second(number));
    }
}
