// So many numbers from a seed; without one it is read. Their sum is the answer.
#include "sizes.h"
#include <cstdlib>
#include <iostream>

int main(int argc, char **argv)
{
    int count = std::atoi(argv[1]);
    long long seed = std::atoi(argv[2]), sum = 0;
    if (seed == 0 && !(std::cin >> seed))
        return 1;
    std::cout << count << "\n";
    for (int i = 0; i < count; i++) {
        seed = (seed * 48271 + 11) % 2147483647;
        std::cout << seed % largest << " \n"[i == count - 1];
        sum += seed % largest;
    }
    std::cerr << sum << "\n";
}
