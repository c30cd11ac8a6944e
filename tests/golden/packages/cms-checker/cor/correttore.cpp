#include <cmath>
#include <fstream>
#include <iostream>

int main(int argc, char **argv) {
    std::ifstream input(argv[1]), correct(argv[2]), output(argv[3]);
    double n, right, given;
    input >> n;
    correct >> right;
    if (!(output >> given)) {
        std::cerr << "translate:wrong\n";
        std::cout << "0.0\n";
    } else if (given == right) {
        std::cerr << "translate:success\n";
        std::cout << "1.0\n";
    } else if (std::fabs(given - right) <= 1) {
        std::cerr << "off by one\nand more that nobody reads\n";
        std::cout << 0.5 << "\n";
    } else {
        std::cerr << "\033[31mfar off\033[0m\n";
        std::cout << "0\n";
    }
}
