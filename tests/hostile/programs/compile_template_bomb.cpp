// tries: templates that instantiate two others each, to a depth of five hundred
// mode: compile
// expect: EXITED 1 | CPU_LIMIT | WALL_LIMIT | MEMORY_LIMIT
template <int N, int M> struct X {
    static const int v = X<N - 1, M * 2>::v + X<N - 1, M * 2 + 1>::v;
};
template <int M> struct X<0, M> {
    static const int v = 1;
};
int main() { return X<28, 1>::v; }
