#include <iostream>
int twice(int n) { return n + n; }
int main() { int n; std::cin >> n; std::cout << "mine: " << twice(n) << std::endl; }
