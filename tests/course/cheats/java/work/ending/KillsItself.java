// error: is killed by a signal
class KillsItself {
    static Object answer() throws Exception {
        new ProcessBuilder("/bin/sh", "-c", "kill -9 " + ProcessHandle.current().pid()).start().waitFor();
        Thread.sleep(60_000);
        return 0;
    }
}
