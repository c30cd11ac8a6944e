#include <stdio.h>

/* A testlib-style interactor (input, output, answer): a number from 1 to 100 and seven guesses. It accepts whoever plays
   to the end; the checker looks at the last guess. */
int main(int argc, char **argv) {
    int secret, guess = 0;
    FILE *input = argc > 3 ? fopen(argv[1], "r") : NULL;
    FILE *output = argc > 3 ? fopen(argv[2], "w") : NULL;
    if (input == NULL || output == NULL || fscanf(input, "%d", &secret) != 1) return 3;
    for (int left = 7; left > 0 && guess != secret; left--) {
        if (scanf("%d", &guess) != 1) {
            fprintf(stderr, "wrong output format: no guess\n");
            return 2;
        }
        puts(guess == secret ? "correct" : guess > secret ? "lower" : "higher");
        fflush(stdout);
    }
    fprintf(output, "%d\n", guess);
    return 0;
}
