// failed: a thread that goes on writing answers
import java.io.FileDescriptor;
import java.io.FileOutputStream;

class LeavesThread {
    static Object answer() throws Exception {
        Thread left = new Thread(() -> {
            try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
                Thread.sleep(30_000);
                for (int id = 2; id < 1000; id++) out.write(("{\"id\":" + id + ",\"ok\":true}\n").getBytes());
            } catch (Exception error) {
                System.err.println(error);
            }
        });
        left.start();
        return 0;
    }
}
