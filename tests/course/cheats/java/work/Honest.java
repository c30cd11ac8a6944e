// passed: the right value, so that all others fail for what they do
class Honest {
    static Object answer() throws Exception {
        return 42;
    }
}
