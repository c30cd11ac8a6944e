#include <iostream>
#include <vector>

int main() {
    long long a, b;
    std::cin >> a >> b;
    std::vector<long long> table(64 << 20, a);
    std::cout << table[table.size() / 2] + b << '\n';
}
