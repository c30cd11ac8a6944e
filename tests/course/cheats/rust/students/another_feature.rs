// 0 points: a feature that is not stable.
#![feature(test)]
extern crate test;
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
