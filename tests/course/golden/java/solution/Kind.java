public enum Kind { GIRO, SAVINGS }
