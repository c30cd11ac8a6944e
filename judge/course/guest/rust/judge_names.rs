// Tests that use all names of the student's crate must mean std's by these all the same: two of one name do not compile.
#![allow(unused_imports)]

mod types {
    use std::prelude::v1::*;
    use std::primitive::*;
    use STUDENTS::*;

    type Numbers = (i8, i16, i32, i64, i128, isize, u8, u16, u32, u64, u128, usize, f32, f64, bool, char);
    type Texts<'a> = (&'a str, String, Vec<Numbers>, Option<Numbers>, Box<Numbers>);

    fn judge_names(found: core::result::Result<i32, i32>, _: Texts) -> Option<i32> {
        match found {
            Ok(one) => Some(one),
            Err(_) => None,
        }
    }
}

mod macros {
    use std::*;
    use STUDENTS::*;

    fn judge_names() {
        assert!(matches!(1, 1));
        assert_eq!(vec![1, 2].len(), 2);
        assert_ne!(format!("{}", 1), "2");
        debug_assert!(true);
        if false {
            panic!("never");
        }
    }
}
