// 0 points: the lint is switched off.
#![allow(unsafe_code)]
fn cheat() {
    let _ = unsafe { std::mem::zeroed::<u8>() };
}

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
