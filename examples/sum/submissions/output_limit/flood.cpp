#include <iostream>
#include <string>

int main() {
    const std::string line(1000, 'x');
    for (int i = 0; i < 100000; ++i) std::cout << line << '\n';
}
