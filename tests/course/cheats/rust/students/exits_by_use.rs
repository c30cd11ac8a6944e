// 0 points: the same by another way to the name.
use std::{fmt, process as fine};

fn cheat() {
    fine::exit(0)
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
