// 0 points: the types of the tests are its own.
#[allow(non_camel_case_types)]
pub type i64 = std::primitive::i64;
#[derive(Debug)]
pub struct String;
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
        String
    }
}
