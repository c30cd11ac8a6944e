# Compiles a package in Go: "alone" what was handed in, "test" the program of its tests.
set -e
cp .judge/go.mod go.mod
if [ "$1" = alone ]; then
  /usr/bin/go build ./... || exit 10
  echo compiled >compiled
else
  cp .judge/judge_test.go judge_test.go
  /usr/bin/go test -vet=off -c -o prog . || exit 12
fi
