# Links what was handed in with the tests. Words: the compiler.
set -- "$1" .judge/own/*.o
compiler=$1
shift
[ -e "$1" ] || set --
for object in "$@"; do
  nm "$object" | awk 'NF == 3 && ($2 == "i" || $2 ~ /[A-TV-Z]/ && $3 ~ /^__/) {print $3}' >>.judge/taken
  nm -g --defined-only "$object" | awk 'NF == 3 && $2 != "W" && $2 != "V" && $2 != "u" {print $3}' |
    sort -u | comm -12 - .judge/side.forbidden >>.judge/taken
done
if [ -s .judge/taken ]; then
  sort -u .judge/taken | c++filt | sed 's/^/a function or variable that the tests take from a library is defined again: /' >&2
  exit 11
fi
case $compiler in *++*) library=-lstdc++ ;; *) library= ;; esac
# What the tests take from libraries is found before what was handed in; that finds its own after it.
"$compiler" -static -s -o prog .judge/side.o -Wl,--start-group $library -lm -lc -lgcc -lgcc_eh -Wl,--end-group "$@" \
  -lm || exit 12
