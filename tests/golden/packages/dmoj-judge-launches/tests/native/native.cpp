#include <iostream>
#include <string>

int main() {
    std::string word;
    int n;
    std::cin >> word >> n;
    std::cout << (n ^ 77) << "\n";
}
