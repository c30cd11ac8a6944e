package judgecourse;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.engine.JupiterTestEngine;
import org.junit.platform.engine.FilterResult;
import org.junit.platform.engine.discovery.DiscoverySelectors;
import org.junit.platform.launcher.Launcher;
import org.junit.platform.launcher.PostDiscoveryFilter;
import org.junit.platform.launcher.core.LauncherConfig;
import org.junit.platform.launcher.core.LauncherDiscoveryRequestBuilder;
import org.junit.platform.launcher.core.LauncherFactory;

/** Collects the tests, tells the director which there are, then runs them and tells how each went. */
public final class Suite {
    /** Ours, or the director's. */
    static final class Fault extends Error {
        private static final long serialVersionUID = 1;

        Fault(Throwable cause) {
            super(cause);
        }
    }

    static final String STALE = "an object of an earlier process of the student's code is used: say 'process: all'";
    private static final int LOG_BYTES_MAX = 256 << 10;
    private static Suite only;

    private final Director director;
    private final Map<String, Object> begun;
    private final Map<String, Object> parameters;
    private Object program;
    private Session session;
    private Reporter reporter;

    private Suite() throws Exception {
        director = new Director();
        begun = director.call(Json.of("call", "begin", "version", 1L), new byte[0]).fields;
        parameters = Values.fields(begun.get("parameters"));
    }

    /** All of it. */
    public static void run() throws Exception {
        System.setIn(new ByteArrayInputStream(new byte[0]));
        System.setOut(bounded(System.out));
        System.setErr(bounded(System.err));
        only = new Suite();
        only.judge();
    }

    private static PrintStream bounded(PrintStream to) {
        return new PrintStream(new OutputStream() {
            private int left = LOG_BYTES_MAX;

            @Override
            public void write(int one) {
                if (left-- > 0) to.write(one);
            }

            @Override
            public void flush() {
                to.flush();
            }
        }, true);
    }

    private void judge() throws Exception {
        Launcher launcher = LauncherFactory.create(LauncherConfig.builder()
                .enableTestEngineAutoRegistration(false)
                .enableLauncherDiscoveryListenerAutoRegistration(false)
                .enableLauncherSessionListenerAutoRegistration(false)
                .enablePostDiscoveryFilterAutoRegistration(false)
                .enableTestExecutionListenerAutoRegistration(false)
                .addTestEngines(new JupiterTestEngine())
                .build());
        LauncherDiscoveryRequestBuilder asked = LauncherDiscoveryRequestBuilder.request();
        for (String name : words("classes")) asked.selectors(DiscoverySelectors.selectClass(name));
        reporter = new Reporter(this, launcher.discover(asked.build()));
        reporter.announce();
        if (text("mode").equals("collect")) {
            finish("AC", "");
            return;
        }
        if (!compiled()) return;
        Set<String> done = reporter.idsOf(words("done"));
        asked.filters((PostDiscoveryFilter) one ->
                FilterResult.includedIf(!done.contains(one.getUniqueId().toString())));
        launcher.execute(asked.build(), reporter);
        closeSession();
        finish(reporter.allPassed() ? "AC" : "WA", "");
    }

    private String text(String name) {
        return String.valueOf(parameters.getOrDefault(name, ""));
    }

    /** Whether this is one of the classes of the tests. */
    boolean isTest(String name) {
        return words("classes").contains(name.replaceFirst("\\$.*", ""));
    }

    private List<String> words(String name) {
        return text(name).isEmpty() ? List.of() : List.of(text(name).split("\n"));
    }

    private boolean compiled() throws Exception {
        List<Object> files = new ArrayList<>();
        for (Object one : (List<?>) begun.getOrDefault("data", List.of())) {
            Map<String, Object> named = Values.fields(one);
            Object handle = Values.fields(named.get("data")).get("handle");
            files.add(Json.of("name", named.get("name"), "content", Json.of("handle", handle)));
        }
        Map<String, Object> answer = director.call(
                Json.of("call", "compile", "submission", 0L, "files", files, "main", text("driver")), new byte[0]).fields;
        program = answer.getOrDefault("program", 0L);
        if (!Long.valueOf(0).equals(program)) return true;
        finish("CE", String.valueOf(answer.getOrDefault("log", "")));
        return false;
    }

    private void finish(String verdict, String feedback) throws IOException {
        director.call(Json.of("call", "finish", "verdict", verdict, "feedback", feedback), new byte[0]);
    }

    void tell(Map<String, Object> call) {
        try {
            director.tell(call, new byte[0]);
        } catch (IOException error) {
            throw new Fault(error);
        }
    }

    // -- the student's process ---------------------------------------------------------------------------------------

    /** The process that serves the test at hand; it is started when there is none. */
    static synchronized Session session() {
        if (only.program == null) {
            throw new IllegalStateException("the student's code is used while the tests are collected");
        }
        if (only.session == null) {
            try {
                only.session = new Session(only.director, only.program, Long.parseLong(only.text("cpu_time_ns")));
            } catch (IOException error) {
                throw new Fault(error);
            }
        }
        return only.session;
    }

    /** A test begins: with a process of its own, or with one that no other test has broken. */
    void nextTest() throws IOException {
        if (session == null) return;
        boolean goesOn = text("process").equals("all") && session.broken.isEmpty();
        if (goesOn && !session.isWorn(Long.parseLong(text("life_cpu_time_ns")))) session.next();
        else closeSession();
    }

    /** A test is over: the process that it had, null = none. */
    Session endTest() throws IOException {
        Session had = session;
        if (had != null && !text("process").equals("all")) closeSession();
        return had;
    }

    private void closeSession() throws IOException {
        if (session != null) session.close();
        session = null;
        Bridge.forget();
    }

    /** The test at hand has failed for this reason, whatever it makes of the exception. */
    static AssertionError failed(String reason) {
        only.reporter.note(reason);
        return new AssertionError(reason);
    }

    // -- classes -----------------------------------------------------------------------------------------------------

    static ClassLoader loader() {
        return Suite.class.getClassLoader();
    }

    /** Whether this is a stub of the student's classes. */
    static boolean isStub(Class<?> type) {
        return type.getClassLoader() == loader() && only.words("api").contains(type.getName());
    }

    /** The stub class of this name, or arrays of it; null = there is none. */
    static Class<?> stub(String name) {
        String component = name.startsWith("[") ? name.replaceFirst("^\\[+L?", "").replace(";", "") : name;
        if (!only.words("api").contains(component)) return null;
        try {
            return Class.forName(name, true, loader());
        } catch (ClassNotFoundException error) {
            throw new Fault(error);
        }
    }
}
