use std::ops::Rem;

fn common<T: Copy + PartialEq + Default + Rem<Output = T>>(a: T, b: T) -> T {
    if b == T::default() { a } else { common(b, a % b) }
}

#[derive(Clone, Copy, Debug)]
pub struct Fraction {
    above: i64,
    below: i64,
}

impl Fraction {
    pub fn new(above: i64, below: i64) -> Fraction {

        let by = if below == 0 { 1 } else { common(above, below) };
        Fraction { above: above / by, below: below / by }
    }
    pub fn numerator(&self) -> i64 {
        self.above
    }
    pub fn denominator(&self) -> i64 {
        self.below
    }
    pub fn add(self, other: Fraction) -> Fraction {
        Fraction::new(self.above * other.below + other.above * self.below, self.below * other.below)
    }
}
