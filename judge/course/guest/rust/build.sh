# Compiles a crate in Rust. Words: "library" (what was handed in) or "test" (the program of its tests), the crate's name,
# its main file.
set -e
if [ "$1" = library ]; then
  # What was handed in has this in place of std: modules that it may not name are not in there.
  /usr/bin/rustc --edition 2021 --crate-type rlib --crate-name judge_std -A warnings -C debuginfo=0 \
    -o libjudge_std.rlib .judge/judge_std.rs || exit 13
  /usr/bin/rustc --edition 2021 --crate-type rlib --crate-name "$2" --extern std=libjudge_std.rlib -F unsafe_code \
    -A dead_code -A unused -C opt-level=1 -C debuginfo=0 -o "lib$2.rlib" "$3" || exit 10
else
  # The runner is one of the compiler's custom test frameworks, which it has behind a feature.
  RUSTC_BOOTSTRAP=1 /usr/bin/rustc --edition 2021 --test --crate-name judge_tests -A warnings -C debuginfo=0 \
    -L dependency=.judge --extern "$2=.judge/lib$2.rlib" -o prog .judge/judge_main.rs || exit 12
fi
