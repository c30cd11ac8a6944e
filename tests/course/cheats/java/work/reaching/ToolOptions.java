// failed: options for the next virtual machine
import java.nio.file.Files;
import java.nio.file.Path;

class ToolOptions {
    static Object answer() throws Exception {
        System.setProperty("java.class.path", "/tmp");
        for (String name : new String[] {"/work/.hotspotrc", "/tmp/.hotspotrc", ".hotspotrc", "/work/JDK_JAVA_OPTIONS"}) {
            try {
                Files.writeString(Path.of(name), "+ExitOnOutOfMemoryError -javaagent:/tmp/a.jar");
            } catch (Exception error) {
                System.err.println(error);
            }
        }
        return "x".equals(System.getenv("JAVA_TOOL_OPTIONS")) ? 42 : 0;
    }
}
