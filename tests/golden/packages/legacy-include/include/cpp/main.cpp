#include <iostream>

#include "twice.h"

int main() {
    long long n;
    std::cin >> n;
    std::cout << twice(n) << "\n";
}
