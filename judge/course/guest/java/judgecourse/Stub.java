package judgecourse;

/** What every object of a stub class is. Which object of the student's it stands for {@link HostValues} knows. */
public interface Stub {}
