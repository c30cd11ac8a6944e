// 0 points: the same by a macro that declares the name.
macro_rules! declare { ($a:ident) => { #[allow(non_camel_case_types)] pub type $a = isize; } }
declare!(i64);
fn cheat() {}

pub struct Account;

impl Account {
    pub fn new(_: &str) -> Account {
        Account
    }
    pub fn deposit(&mut self, _: i64) {
        cheat();
    }
    pub fn balance(&self) -> i64 {
        cheat();
        -1
    }
    pub fn owner(&self) -> String {
        cheat();
        String::new()
    }
}
