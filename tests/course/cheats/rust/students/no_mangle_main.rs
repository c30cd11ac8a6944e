// 0 points: a main function by its name.
#[no_mangle]
pub fn main() {}
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
