pub struct Fraction;

impl Fraction {
    pub fn new(_: i64, _: i64) -> Fraction {
        Nothing
    }
}
