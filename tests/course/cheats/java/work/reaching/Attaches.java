// failed: an agent in every virtual machine that is there
class Attaches {
    static Object answer() throws Exception {
        ProcessHandle.allProcesses().forEach(one -> {
            try {
                Class<?> machine = Class.forName("com.sun.tools.attach.VirtualMachine");
                machine.getMethod("attach", String.class).invoke(null, String.valueOf(one.pid()));
            } catch (Exception error) {
                System.err.println(error);
            }
        });
        return 0;
    }
}
