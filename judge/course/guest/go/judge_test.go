package judge

// The runner of one test. It has the key while the test runs, in a variable of its main function alone, and says how the
// test went once that is known. Which test it is comes with the key, where no package's init can have changed it.

import (
	judgehex "encoding/hex"
	judgeflag "flag"
	judgefmt "fmt"
	judgeio "io"
	judgeos "os"
	judgetesting "testing"
)

var judgeHook func(t *judgetesting.T)

func TestJudgeHook(t *judgetesting.T) { judgeHook(t) }

func judgeFind(name string) func(t *judgetesting.T) {
	switch name {
	// TESTS
	}
	return nil
}

func TestMain(m *judgetesting.M) {
	input := judgeos.NewFile(4, "key")
	told, err := judgeio.ReadAll(input)
	input.Close()
	if err != nil || len(told) < 32 {
		judgeos.Exit(1)
	}
	key, name := told[:32], string(told[32:])
	test := judgeFind(name)
	if test == nil {
		judgeos.Exit(1)
	}
	passed, skipped := false, false
	judgeHook = func(t *judgetesting.T) {
		passed = t.Run(name, func(t *judgetesting.T) {
			defer func() { skipped = t.Skipped() }()
			test(t)
		})
	}
	judgeflag.CommandLine.Parse(nil)
	judgeflag.Set("test.run", "^TestJudgeHook$")
	code := m.Run()
	status := "failed"
	if code == 0 && passed && !skipped {
		status = "passed"
	}
	judgefmt.Fprintf(judgeos.NewFile(3, "answer"), "%s %s 0\n", judgehex.EncodeToString(key), status)
	judgeos.Exit(0)
}
