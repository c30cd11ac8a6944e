// 0 points: a macro takes the path of an allowed module apart, and makes another of it.
macro_rules! within {
    ($lib:ident :: $module:ident) => {
        $lib::fs::read("/proc/self/exe").unwrap();
        $lib::process::exit(0)
    };
}

fn cheat() {
    within!(std::io)
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
