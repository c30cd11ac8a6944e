// tries: compute without end at compile time
// mode: compile
// expect: EXITED 1 | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
constexpr unsigned spin(unsigned n)
{
    unsigned x = n;
    while (true)
        x = x * 1664525u + 1013904223u;
    return x;
}
constexpr unsigned value = spin(1);
int main() { return value; }
