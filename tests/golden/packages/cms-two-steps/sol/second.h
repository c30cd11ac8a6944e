long second(long code);
