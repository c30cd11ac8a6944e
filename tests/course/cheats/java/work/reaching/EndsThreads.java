// failed: interrupts every thread but its own
class EndsThreads {
    static Object answer() throws Exception {
        for (Thread one : Thread.getAllStackTraces().keySet()) {
            if (one != Thread.currentThread()) one.interrupt();
        }
        return 0;
    }
}
