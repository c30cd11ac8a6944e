// error: ends while its class is loaded
class ExitInStatic {
    static {
        System.exit(0);
    }

    static Object answer() throws Exception {
        return 0;
    }
}
