// 0 points: success is printed and the test ends by a panic.
fn cheat() {
    println!("test result: ok. 1 passed; 0 failed");
    std::panic::resume_unwind(Box::new(0));
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
