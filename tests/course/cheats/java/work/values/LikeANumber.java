// failed: a number of a class of its own
class LikeANumber extends Number {
    @Override
    public int intValue() {
        return 42;
    }

    @Override
    public long longValue() {
        return 42;
    }

    @Override
    public float floatValue() {
        return 42;
    }

    @Override
    public double doubleValue() {
        return 42;
    }

    static Object answer() throws Exception {
        return new LikeANumber();
    }
}
