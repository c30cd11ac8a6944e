/* tries: a file that includes itself
 * mode: compile
 * expect: EXITED 1
 */
#include __FILE__
#include __FILE__
