// error: a list that contains itself
import java.util.ArrayList;
import java.util.List;

class Cyclic {
    static Object answer() throws Exception {
        List<Object> all = new ArrayList<>();
        all.add(all);
        return all;
    }
}
