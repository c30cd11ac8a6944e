// 0 points: the same by a macro that puts the path together.
macro_rules! call { ($a:ident, $b:ident) => { std::$a::$b(0) } }

fn cheat() {
    call!(process, exit)
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
