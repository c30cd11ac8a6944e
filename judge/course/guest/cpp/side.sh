# Compiles the tests with the runner into side.o, the one object that a program is linked with. What the program could
# put in the place of the tests' own functions is local in there; which symbols of the libraries it must leave alone is
# listed in side.forbidden. Words: the compiler, the framework, the compiler's options, --, the files of the tests.
set -e
compiler=$1 framework=$2
shift 2
options=
while [ "$1" != -- ]; do options="$options $1"; shift; done
shift
here=.judge
number=0
for file in "$@"; do
  number=$((number + 1))
  if [ "$framework" = catch2 ]; then
    "$compiler" $options -I. -include catch2/catch.hpp -c -o "$here/test$number.o" "$file"
  else
    "$compiler" $options -I"$here/include" -I. -c -o "$here/test$number.o" "$file"
  fi
done
objects="$here/test*.o"
if [ "$framework" = catch2 ]; then
  "$compiler" $options -DCATCH_CONFIG_EXTERNAL_INTERFACES -include catch2/catch.hpp -c -o "$here/runner.o" "$here/catch2.cpp"
  (cd $here && ar x "$("$compiler" -print-file-name=libCatch2WithMain.a)")
  objcopy --redefine-sym main=judge_catch_main "$here/catch_with_main.cpp.o"
  objects="$objects $here/catch_with_main.cpp.o"
else
  case $compiler in *++*) language=c++ ;; *) language=c ;; esac
  "$compiler" $options -x $language -c -o "$here/runner.o" "$here/asserts.c"
fi
"$compiler" -nostdlib -r -Wl,--force-group-allocation -o "$here/all.o" "$here/runner.o" $objects
{
  echo none_of_this_name # objcopy takes no empty list
  nm "$here/all.o" | awk 'NF == 3 && ($2 == "W" || $3 ~ /NK?5Catch/) {print $3}' | sort -u
} >"$here/local"
objcopy --localize-symbols="$here/local" --redefine-sym judge_main=main "$here/all.o" side.o
for library in libc.a libm.a libstdc++.a libgcc.a libgcc_eh.a; do
  path=$("$compiler" -print-file-name=$library)
  [ "$path" = $library ] || nm -g --defined-only "$path" 2>/dev/null
done | awk 'NF == 3 {print $3}' | sort -u >"$here/libraries"
nm -u side.o | awk '{print $NF}' | sort -u | comm -12 - "$here/libraries" >side.forbidden
