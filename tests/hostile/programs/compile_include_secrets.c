/* tries: have the compiler print the host's secrets in its messages
 * mode: compile
 * expect: EXITED 1
 * holds: root:$ | BEGIN OPENSSH | judge.toml
 */
#include "/etc/shadow"
#include "/root/.ssh/id_rsa"
#include "/etc/judge/judge.toml"
#include "/proc/1/environ"
#include "../../../../../../../../etc/shadow"
int main(void) { return 0; }
