// 0 points: the same behind a comment in a comment, in which the group seems to end.
use std::{fmt /* /* */ } */, process};

fn cheat() {
    process::exit(0)
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
