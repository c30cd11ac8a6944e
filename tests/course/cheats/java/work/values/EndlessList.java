// failed: a list of its own that has no end
import java.util.AbstractList;

class EndlessList {
    static Object answer() throws Exception {
        return new AbstractList<Object>() {
            @Override
            public Object get(int index) {
                return 42;
            }

            @Override
            public int size() {
                return Integer.MAX_VALUE;
            }

            @Override
            public String toString() {
                return "42";
            }
        };
    }
}
