#include <cstdint>
#include <iostream>

// The sum overflows on the large group.
int main() {
    int n;
    std::cin >> n;
    std::uint32_t sum = 0;
    for (int i = 0; i < n; ++i) {
        std::int32_t number;
        std::cin >> number;
        sum += static_cast<std::uint32_t>(number);
    }
    std::cout << static_cast<std::int32_t>(sum) / static_cast<double>(n) << '\n';
}
