package judgecourse;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.platform.engine.TestExecutionResult;
import org.junit.platform.engine.support.descriptor.MethodSource;
import org.junit.platform.launcher.TestExecutionListener;
import org.junit.platform.launcher.TestIdentifier;
import org.junit.platform.launcher.TestPlan;

/**
 * How each test went. A test is a method: what a parameterized, repeated or dynamic one runs are its parts, and all of
 * them must pass, so that the number of tests is known before anything of the student's runs.
 */
final class Reporter implements TestExecutionListener {
    private static final int MESSAGE_CHARS_MAX = 4000;
    private static final int NAME_CHARS_MAX = 190;

    /** One method. */
    private static final class Test {
        final String name;
        final String title;
        final List<String> failures = new ArrayList<>();
        String status = "passed";
        boolean isOver;
        int parts;

        Test(String name, String title) {
            this.name = name;
            this.title = title;
        }

        /** It went like this, too: the first failure says how it went as a whole. */
        void add(String how, String message) {
            if (status.equals("passed")) status = how;
            failures.add(message);
        }
    }

    private final Suite suite;
    private TestPlan plan;
    private final Map<String, Test> tests = new LinkedHashMap<>();
    private Test current;

    Reporter(Suite suite, TestPlan plan) {
        this.suite = suite;
        this.plan = plan;
        Map<String, Integer> names = new HashMap<>();
        for (TestIdentifier root : plan.getRoots()) collect(root, names);
    }

    private void collect(TestIdentifier one, Map<String, Integer> names) {
        if (one.getSource().orElse(null) instanceof MethodSource) {
            MethodSource source = (MethodSource) one.getSource().get();
            String name = source.getClassName().replace("$", "::") + "::" + source.getMethodName();
            if (name.length() > NAME_CHARS_MAX) name = name.substring(name.length() - NAME_CHARS_MAX);
            int count = names.merge(name, 1, Integer::sum);
            String title = one.getDisplayName().equals(source.getMethodName() + "()") ? "" : one.getDisplayName();
            tests.put(one.getUniqueId(), new Test(count == 1 ? name : name + "#" + count, title));
            return;
        }
        for (TestIdentifier child : plan.getChildren(one)) collect(child, names);
    }

    /** Tell which tests there are; none of them has run. */
    void announce() {
        for (Test test : tests.values()) tell(test.name, "not_run", test.title, 0);
    }

    boolean allPassed() {
        return tests.values().stream().allMatch(test -> test.isOver && test.status.equals("passed"));
    }

    private void tell(String name, String status, String text, long run) {
        String verdict = Map.of("passed", "AC", "timeout", "TLE", "error", "RTE").getOrDefault(status, "WA");
        Map<String, Object> call = Json.of("call", "case", "name", name, "verdict", verdict, "reason", status, "feedback", text);
        if (run > 0) call.put("run", run);
        suite.tell(call);
    }

    /** The test at hand has failed, whatever comes. */
    synchronized void note(String reason) {
        if (current != null) current.add("failed", place(new Throwable()) + reason);
    }

    private Test of(TestIdentifier one) {
        for (Optional<TestIdentifier> at = Optional.of(one); at.isPresent(); at = plan.getParent(at.get())) {
            Test test = tests.get(at.get().getUniqueId());
            if (test != null) return test;
        }
        return null;
    }

    @Override
    public void testPlanExecutionStarted(TestPlan running) {
        plan = running;
    }

    @Override
    public void executionStarted(TestIdentifier one) {
        Test test = tests.get(one.getUniqueId());
        if (test == null) return;
        current = test;
        suite.tell(Json.of("call", "case", "name", test.name, "verdict", "WA", "reason", "started"));
        try {
            suite.nextTest();
        } catch (IOException error) {
            throw new Suite.Fault(error);
        }
    }

    @Override
    public void executionFinished(TestIdentifier one, TestExecutionResult result) {
        Test test = of(one);
        if (test == null) {
            result.getThrowable().ifPresent(error -> below(one, "error", message(one, error)));
            return;
        }
        if (one.isTest()) test.parts++;
        result.getThrowable().ifPresent(error -> test.add(status(result, error), message(one, error)));
        if (tests.containsKey(one.getUniqueId())) over(test);
    }

    @Override
    public void executionSkipped(TestIdentifier one, String reason) {
        below(one, "not_run", "skipped: " + reason);
    }

    /** A class or a method that was not run, or could not be set up: its tests went like this. */
    private void below(TestIdentifier one, String status, String message) {
        Test test = tests.get(one.getUniqueId());
        if (test != null && !test.isOver) {
            test.add(status, message);
            over(test);
        }
        for (TestIdentifier child : plan.getChildren(one)) below(child, status, message);
    }

    private void over(Test test) {
        if (test.isOver) return;
        test.isOver = true;
        try {
            Session had = suite.endTest();
            long run = had == null ? 0 : had.run;
            if (test.parts == 0 && test.status.equals("passed")) test.add("not_run", "nothing was run");
            if (had != null && !had.broken.isEmpty()) {
                test.status = had.late ? "timeout" : "error";
                test.failures.clear();
                test.failures.add(had.broken);
            }
            String text = String.join("\n", test.failures);
            tell(test.name, test.status, text.substring(0, Math.min(text.length(), MESSAGE_CHARS_MAX)), run);
        } catch (IOException error) {
            throw new Suite.Fault(error);
        }
        current = null;
    }

    private static String status(TestExecutionResult result, Throwable error) {
        if (result.getStatus() == TestExecutionResult.Status.ABORTED) return "not_run";
        return error instanceof AssertionError ? "failed" : "error";
    }

    private String message(TestIdentifier one, Throwable error) {
        String text;
        try {
            text = error instanceof AssertionError ? String.valueOf(error.getMessage()) : error.toString();
        } catch (Throwable broken) {
            text = error.getClass().getName();
        }
        String part = tests.containsKey(one.getUniqueId()) ? "" : one.getDisplayName() + ": ";
        return part + place(error) + text;
    }

    /** The line of the tests that an exception came from. */
    private String place(Throwable error) {
        for (StackTraceElement one : error.getStackTrace()) {
            if (suite.isTest(one.getClassName())) return one.getFileName() + ":" + one.getLineNumber() + ": ";
        }
        return "";
    }

    /** JUnit's ids of tests by their names. */
    Set<String> idsOf(List<String> names) {
        Set<String> ids = new HashSet<>();
        tests.forEach((id, test) -> {
            if (names.contains(test.name)) ids.add(id);
        });
        return ids;
    }
}
