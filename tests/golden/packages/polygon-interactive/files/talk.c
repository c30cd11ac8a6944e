#include <stdio.h>

/* A testlib-style interactor (input, output, answer): a number from 1 to 100 and seven guesses; 0 accepts, 1 rejects. */
int main(int argc, char **argv) {
    int secret, guess;
    FILE *input = argc > 3 ? fopen(argv[1], "r") : NULL;
    FILE *output = argc > 3 ? fopen(argv[2], "w") : NULL;
    if (input == NULL || output == NULL || fscanf(input, "%d", &secret) != 1) return 3;
    for (int left = 7; left > 0; left--) {
        if (scanf("%d", &guess) != 1) {
            fprintf(stderr, "wrong output format: no guess\n");
            return 2;
        }
        fprintf(output, "%d\n", guess);
        puts(guess == secret ? "correct" : guess > secret ? "lower" : "higher");
        fflush(stdout);
        if (guess == secret) return 0;
    }
    fprintf(stderr, "wrong answer: no guesses left\n");
    return 1;
}
