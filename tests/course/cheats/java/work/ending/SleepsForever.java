// timeout: waits for ever
class SleepsForever {
    static Object answer() throws Exception {
        Thread.sleep(Long.MAX_VALUE);
        return 0;
    }
}
