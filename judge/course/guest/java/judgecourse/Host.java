package judgecourse;

import java.io.File;
import java.net.URL;
import java.net.URLClassLoader;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/** The tests' side: it loads {@link Suite} where the tests, the stubs and JUnit are. */
public final class Host {
    private Host() {}

    /** What lies first on the class path, and where the rest of it is listed. */
    static final Path STUBS = Path.of("judgecourse.jar");

    static final Path CLASS_PATH = Path.of("judgecourse.classpath");

    /** Starts with nothing but the standard library. */
    public static void main(String[] words) throws Exception {
        List<URL> places = new ArrayList<>();
        places.add(STUBS.toUri().toURL());
        places.add(new File(System.getProperty("java.class.path")).toURI().toURL());
        for (String jar : Files.readAllLines(CLASS_PATH)) places.add(Path.of(jar).toUri().toURL());
        ClassLoader loader = new URLClassLoader(places.toArray(new URL[0]), ClassLoader.getPlatformClassLoader());
        Thread.currentThread().setContextClassLoader(loader);
        Class.forName("judgecourse.Suite", true, loader).getMethod("run").invoke(null);
        Runtime.getRuntime().halt(0);
    }
}
