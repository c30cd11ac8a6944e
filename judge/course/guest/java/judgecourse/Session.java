package judgecourse;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * One process with the student's code, as long as it lives. Once it is {@link #broken} nothing more is asked of it, and
 * the test at hand has failed, whatever it makes of that.
 */
final class Session {
    private static final int REQUESTS_MAX = 20_000;
    private static final int QUESTIONS_DEEP_MAX = 16;
    private static final int PRINTED_CHARS_MAX = 1 << 20;

    private final Director director;
    private final long process;
    private final long cpuMaxNs;
    private final HostValues values = new HostValues(this);
    private long last;
    private int requests;
    private int deep;
    private int printed;
    private byte[] waiting = new byte[0];
    String broken = "";
    boolean late;
    long run; // its number, once it is over
    private long cpuNs; // of the test at hand
    private long beforeNs; // CPU time of the tests before
    private boolean isOver;
    private boolean isStopped;

    /** What the student's program did instead of answering. Tests cannot make a pass of it. */
    static final class Ended extends Error {
        private static final long serialVersionUID = 1;

        Ended(String message) {
            super(message, null, false, true);
        }
    }

    /** Start one. {@code cpuMaxNs}: what one test may use. */
    Session(Director director, Object program, long cpuMaxNs) throws IOException {
        this.director = director;
        this.cpuMaxNs = cpuMaxNs;
        Director.Answer started = director.call(Json.of("call", "start", "program", program), new byte[0]);
        process = (Long) started.fields.get("process");
    }

    HostValues values() {
        return values;
    }

    /** Whether one more test may use more CPU time than the process has left of its life. */
    boolean isWorn(long lifeNs) {
        return beforeNs + cpuNs + cpuMaxNs > lifeNs;
    }

    /** A new test begins with the same process. */
    void next() {
        requests = 0;
        printed = 0;
        beforeNs += cpuNs;
        cpuNs = 0;
    }

    /** Ask, and wait for the answer: its fields. Throws Ended when there is none. */
    synchronized Map<String, Object> request(Map<String, Object> request, String what) {
        if (isOver || !broken.isEmpty()) throw new Ended(isOver ? "the test is over" : broken);
        if (++requests > REQUESTS_MAX) throw end("the test made more than " + REQUESTS_MAX + " calls");
        long id = ++last;
        request.put("id", id);
        write(request, what);
        try {
            while (true) {
                Map<String, Object> frame = Values.fields(Json.parse(line(what), Json.VALUES_MAX));
                if (!Long.valueOf(id).equals(frame.get("id"))) throw new Json.Fault("an answer to something else");
                if (!frame.containsKey("ask")) return answered(frame);
                reply(id, frame);
            }
        } catch (Json.Fault fault) {
            throw end("it answered with what is no answer: " + fault.getMessage());
        }
    }

    private Map<String, Object> answered(Map<String, Object> frame) throws Json.Fault {
        if (frame.containsKey("ok") == frame.containsKey("raised")) throw new Json.Fault("neither a value nor an exception");
        print(frame.get("out"), System.out);
        print(frame.get("err"), System.err);
        return frame;
    }

    private void print(Object text, java.io.PrintStream to) throws Json.Fault {
        if (text == null) return;
        if (!(text instanceof String)) throw new Json.Fault("no text");
        String shown = ((String) text).substring(0, Math.min(((String) text).length(), PRINTED_CHARS_MAX - printed));
        printed += shown.length();
        to.print(shown);
        to.flush();
    }

    private void reply(long id, Map<String, Object> question) throws Json.Fault {
        Map<String, Object> reply = Json.of("id", id, "reply", true);
        if (deep >= QUESTIONS_DEEP_MAX) throw new Json.Fault("questions that are too deep");
        if (++requests > REQUESTS_MAX) throw end("the test made more than " + REQUESTS_MAX + " calls");
        deep++;
        try {
            switch (Values.text(question, "ask")) {
                case "read":
                    reply.put("ok", input(question.get("size")));
                    break;
                case "call":
                    values.callBack(question, reply);
                    break;
                default:
                    throw new Json.Fault("an unknown question");
            }
        } finally {
            deep--;
        }
        write(reply, "a callback");
    }

    private static String input(Object size) {
        byte[] data = new byte[(int) Math.max(1, Math.min(size instanceof Long ? (Long) size : 1, 8192))];
        try {
            InputStream in = System.in;
            int count = in.read(data, 0, data.length);
            return count <= 0 ? "" : new String(data, 0, count, StandardCharsets.ISO_8859_1);
        } catch (IOException error) {
            return "";
        }
    }

    private void write(Map<String, Object> frame, String what) {
        byte[] data = (Json.text(frame) + "\n").getBytes(StandardCharsets.US_ASCII);
        if (data.length > Driver.FRAME_BYTES_MAX) throw end("the test hands over more than a call can carry, in " + what);
        waiting = data;
    }

    /** A line of the student's process, after it was sent what waits. */
    private String line(String what) throws Json.Fault {
        byte[] sent = waiting;
        waiting = new byte[0];
        Map<String, Object> content = Json.of("offset", 0L, "size", (long) sent.length);
        Map<String, Object> call = Json.of(
                "call", "read", "process", process, "until", 10L, "size", (long) Driver.FRAME_BYTES_MAX,
                "cpu_time_ns", Math.max(1, cpuMaxNs - cpuNs));
        if (sent.length > 0) call.put("write", content);
        try {
            Director.Answer answer = director.call(call, sent);
            if (answer.fields.get("cpu_time_ns") instanceof Long) cpuNs += (Long) answer.fields.get("cpu_time_ns");
            if ("CPU".equals(answer.fields.get("late"))) throw tooLate(what);
            byte[] data = answer.payload;
            if (data.length > 0 && data[data.length - 1] == '\n') {
                return new String(data, 0, data.length - 1, StandardCharsets.UTF_8);
            }
            if (data.length >= Driver.FRAME_BYTES_MAX) throw new Json.Fault("a frame that is too large");
            throw over(what);
        } catch (IOException error) {
            throw new Suite.Fault(error);
        }
    }

    /** The process is over: why. */
    private Ended over(String what) throws IOException {
        Map<String, Object> run = stopped();
        String outcome = String.valueOf(run.get("outcome"));
        late = "TLE".equals(run.get("verdict")) || outcome.matches("(cpu|wall|idle)_limit");
        Object ending = run.get("ending");
        String words = ending == null ? "exit code " + run.get("exit_code") : String.valueOf(ending);
        return new Ended(note("the program ended (" + words + ") in " + what));
    }

    private Ended tooLate(String what) {
        late = true;
        return end("it took too much CPU time in " + what);
    }

    private String note(String reason) {
        if (broken.isEmpty()) broken = reason;
        return broken;
    }

    /** It has done what ends the test; it is stopped. */
    Ended end(String reason) {
        note(reason);
        try {
            stopped();
        } catch (IOException error) {
            throw new Suite.Fault(error);
        }
        return new Ended(broken);
    }

    private Map<String, Object> stopped() throws IOException {
        if (isStopped) return Json.of();
        isStopped = true;
        try {
            boolean stop = isOver || !broken.isEmpty();
            Map<String, Object> ran =
                    director.call(Json.of("call", "wait", "process", process, "stop", stop), new byte[0]).fields;
            Map<String, Object> found = Values.fields(ran.get("run"));
            run = (Long) found.get("number");
            director.tell(Json.of("call", "progress", "done", 0L, "drop",
                    List.of(Values.fields(ran.get("stdout")).get("handle"),
                            Values.fields(ran.get("stderr")).get("handle"))), new byte[0]);
            return found;
        } catch (Json.Fault fault) {
            throw new IOException(fault);
        }
    }

    /** The test is over, and so is this. */
    void close() throws IOException {
        isOver = true;
        stopped();
    }
}
