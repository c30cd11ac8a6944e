// error: answers in the place of the driver, before it does
import java.io.FileDescriptor;
import java.io.FileOutputStream;

class ForgedFrame {
    static Object answer() throws Exception {
        try (FileOutputStream out = new FileOutputStream(FileDescriptor.out)) {
            out.write("{\"id\":1,\"ok\":{\"$\":\"ref\",\"id\":1,\"class\":\"java.lang.Integer\",\"bases\":[]}}\n".getBytes());
        }
        return 0;
    }
}
