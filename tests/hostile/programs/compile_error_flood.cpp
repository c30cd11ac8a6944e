// tries: an error message larger than the judge will keep
// mode: compile
// expect: EXITED 1 | OUTPUT_LIMIT
template <class T, class U> struct P {};
template <int N> struct T {
    using type = P<typename T<N - 1>::type, typename T<N - 1>::type>;
};
template <> struct T<0> {
    using type = int;
};
int main()
{
    T<18>::type x;
    x.missing();
    return x + x;
}
