/* tries: a file that includes itself
 * mode: compile
 * expect: EXITED 1 | OUTPUT_LIMIT
 */
#include __FILE__
#include __FILE__
