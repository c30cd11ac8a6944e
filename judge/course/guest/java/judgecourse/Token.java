package judgecourse;

/** What a stub's constructor is given that makes no new object of the student's. It is always null. */
public final class Token {
    private Token() {}
}
