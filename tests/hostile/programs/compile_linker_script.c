/* tries: a pragma that would run a program, and library paths of the host
 * mode: compile
 * expect: EXITED 0 | EXITED 1
 */
#pragma GCC dependency "/etc/shadow"
#pragma comment(lib, "/root/lib.a")
__asm__(".section .note.GNU-stack,\"x\"\n.section .interp\n.string \"/work/evil\"\n");
int main(void) { return 0; }
