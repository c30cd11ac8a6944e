class Account {
  deposit( {
}
