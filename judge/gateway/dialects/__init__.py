"""What clients of other systems speak: one package for each, of pure translation and one router."""
