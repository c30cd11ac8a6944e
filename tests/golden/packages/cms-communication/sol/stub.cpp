#include "digits.h"

#include <cstdio>
#include <cstdlib>

int main(int argc, char **argv) {
    if (argc != 4) return 9;
    FILE *in = std::fopen(argv[1], "r"), *out = std::fopen(argv[2], "w");
    long number;
    // To the end of the file: the manager must be able to close its end.
    while (std::fscanf(in, "%ld", &number) == 1)
        std::fprintf(out, "%ld\n", std::atoi(argv[3]) == 0 ? encode(number) : decode(number));
    std::fclose(out);
}
