// error: a recursion without end
class StackDeep {
    static int deeper(int depth) {
        return deeper(depth + 1) + 1;
    }

    static Object answer() throws Exception {
        return deeper(0) + 1;
    }
}
