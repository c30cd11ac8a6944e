"""Programs of a class that are alike, found by a library (the extra ``course``)."""
