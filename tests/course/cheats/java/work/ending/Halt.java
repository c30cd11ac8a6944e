// error: ends at once, without hooks
class Halt {
    static Object answer() throws Exception {
        Runtime.getRuntime().halt(0);
        return 0;
    }
}
