#include <iostream>
#include <numeric>
#include <vector>

int main() {
    std::size_t n;
    std::cin >> n;
    std::vector<double> numbers(n);
    for (double &number : numbers) std::cin >> number;
    std::cout.precision(12);
    std::cout << std::scientific << std::accumulate(numbers.begin(), numbers.end(), 0.0) / n << '\n';
}
