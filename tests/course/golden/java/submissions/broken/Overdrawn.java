public class Overdrawn extends Exception {
    private final long lacking;

    public Overdrawn(long lacking) {
        super(lacking + " are lacking");
        this.lacking = lacking;
    }

    public long lacking() {
        return lacking;
    }
}
