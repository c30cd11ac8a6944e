int nine;
