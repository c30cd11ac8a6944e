use bank::*;

#[test]
fn deposits_add_up() {
    let mut account = Account::new("me");
    account.deposit(40);
    account.deposit(2);
    let found: i64 = account.balance();
    assert_eq!(found, 42);
}

#[test]
fn owners_have_names() {
    let found: String = Account::new("you").owner();
    assert_eq!(found, "you");
    assert!(found.len() == 3);
}
