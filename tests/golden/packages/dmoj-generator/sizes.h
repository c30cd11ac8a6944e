const int largest = 1000;
