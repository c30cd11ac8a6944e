use fraction::Fraction;

fn parts(fraction: Fraction) -> (i64, i64) {
    (fraction.numerator(), fraction.denominator())
}

#[test]
fn shortens() {
    assert_eq!(parts(Fraction::new(6, 4)), (3, 2));
}

#[test]
fn adds() {
    assert_eq!(parts(Fraction::new(1, 2).add(Fraction::new(1, 3))), (5, 6));
    assert_eq!(parts(Fraction::new(1, 2).add(Fraction::new(1, 2))), (1, 1));
}

#[test]
#[should_panic]
fn has_no_zero_below() {
    Fraction::new(1, 0);
}
