// error: writes what is no frame
import java.io.FileDescriptor;
import java.io.FileOutputStream;

class NoFrame {
    static Object answer() throws Exception {
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write("PASSED CheatsTest\n".getBytes());
        }
        return 0;
    }
}
