/* tries: take the host's secrets into the program with .incbin
 * mode: compile
 * expect: EXITED 1
 */
__asm__(".data\nsecret: .incbin \"/etc/shadow\"\n.incbin \"/proc/1/environ\"\n");
int main(void) { return 0; }
