// timeout: computes for ever
class NeverAnswers {
    static Object answer() throws Exception {
        while (true) Thread.onSpinWait();
    }
}
