#include "digits.h"

#include <ctime>

// Each of them keeps the time limit, both together do not.
static void burn() {
    while (std::clock() < CLOCKS_PER_SEC * 7 / 10) {}
}
long encode(long number) { burn(); return number / 111; }
long decode(long code) { burn(); return code * 111; }
