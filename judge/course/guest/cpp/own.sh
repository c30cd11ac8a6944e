# Compiles the files that were handed in to objects, without the tests. Words: the compiler, its options, --, the files.
compiler=$1
shift
options=
while [ "$1" != -- ]; do options="$options $1"; shift; done
shift
mkdir -p .judge-own
number=0
for file in "$@"; do
  case $file in
    *.c | *.cpp | *.cc | *.cxx | *.c++ | *.C | *.CPP) ;;
    *) continue ;;
  esac
  number=$((number + 1))
  "$compiler" $options -I. -Dmain=students_main -c -o ".judge-own/$number.o" "$file" || exit 10
done
: >.judge-own/none
