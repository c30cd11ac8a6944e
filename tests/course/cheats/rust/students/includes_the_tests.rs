// 0 points: it includes the file of the tests.
mod tests { include!("tests/bank_tests.rs"); }
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
