// error: ends with success before anything is compared
class ExitZero {
    static Object answer() throws Exception {
        System.exit(0);
        return 0;
    }
}
