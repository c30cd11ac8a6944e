// failed: a security manager that forbids to fail
class Guards {
    static Object answer() throws Exception {
        try {
            System.class.getMethod("setSecurityManager", Class.forName("java.lang.SecurityManager"))
                    .invoke(null, Class.forName("java.lang.SecurityManager").getConstructor().newInstance());
        } catch (Exception error) {
            System.err.println(error);
        }
        return 0;
    }
}
