pub struct Fraction;

impl Fraction {
    pub fn new(_: i64, _: i64) -> Fraction {
        Fraction
    }
    pub fn numerator(&self) -> i64 {
        1
    }
    pub fn denominator(&self) -> i64 {
        1
    }
    pub fn add(self, _: Fraction) -> Fraction {
        self
    }
}
