// failed: a class that is called like one of the tests' side
class OwnBridge {
    static Object answer() throws Exception {
        return judgecourse.Bridge.call();
    }
}
