#include <csignal>
#include <cstdio>

// Encodes with one copy and decodes with the other: each must send as many bits as the number has.
int main(int, char **argv) {
    std::signal(SIGPIPE, SIG_IGN);
    FILE *input = std::fopen("input.txt", "r");
    FILE *from[2], *to[2];
    for (int i = 0; i < 2; i++) {
        to[i] = std::fopen(argv[2 + 2 * i], "w");
        from[i] = std::fopen(argv[1 + 2 * i], "r");
    }
    long number, same, code, back;
    if (std::scanf("%ld", &number) != 1 || std::fscanf(input, "%ld", &same) != 1 || number != same) return 1;
    std::fprintf(to[0], "%ld\n", number);
    std::fclose(to[0]);
    if (std::fscanf(from[0], "%ld", &code) != 1 || code < 0 || code > 99) {
        std::fprintf(stderr, "no code\n");
        std::printf("0.0\n");
        return 0;
    }
    std::fprintf(to[1], "%ld\n", code);
    std::fclose(to[1]);
    if (std::fscanf(from[1], "%ld", &back) != 1 || back != number) {
        std::fprintf(stderr, "translate:wrong\n");
        std::printf("0.0\n");
        return 0;
    }
    std::fprintf(stderr, "translate:%s\n", code < 10 ? "success" : "partial");
    std::printf("%s\n", code < 10 ? "1.0" : "0.5");
}
