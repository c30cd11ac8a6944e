#include <string>

int main() {
    std::string word = 3.5 * std::string("sum");
    return word;
}
