package main

// The driver of calls for Go, which lies beside a program of the package main without a function main. What call.py says
// holds here, too. The type of the function says what the arguments become.

import (
	"encoding/json"
	"fmt"
	"io"
	"math"
	"os"
	"reflect"
	"sort"
	"strconv"
)

func main() {
	var request struct{ Arguments []json.RawMessage }
	text, err := io.ReadAll(os.Stdin)
	if err == nil {
		err = json.Unmarshal(text, &request)
	}
	function := reflect.ValueOf(JUDGE_FUNCTION)
	if err == nil && len(request.Arguments) != function.Type().NumIn() {
		err = fmt.Errorf("a call with %d arguments of a function of %d", len(request.Arguments), function.Type().NumIn())
	}
	judgeCallCheck(err)
	var arguments []reflect.Value
	for index, given := range request.Arguments {
		value := reflect.New(function.Type().In(index))
		judgeCallCheck(json.Unmarshal(given, value.Interface()))
		arguments = append(arguments, value.Elem())
	}
	results := function.Call(arguments)
	answer := []byte("null")
	if len(results) == 1 {
		answer = judgeCallWrite(nil, results[0])
	} else if len(results) > 1 {
		answer = judgeCallList(nil, len(results), func(index int) reflect.Value { return results[index] })
	}
	_, err = os.NewFile(3, "answer").Write(answer)
	judgeCallCheck(err)
}

func judgeCallCheck(err error) {
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func judgeCallList(out []byte, count int, item func(int) reflect.Value) []byte {
	out = append(out, '[')
	for index := 0; index < count; index++ {
		if index > 0 {
			out = append(out, ',')
		}
		out = judgeCallWrite(out, item(index))
	}
	return append(out, ']')
}

func judgeCallWrite(out []byte, value reflect.Value) []byte {
	switch value.Kind() {
	case reflect.Invalid:
		return append(out, "null"...)
	case reflect.Slice, reflect.Array: // one that is nil is an empty one
		return judgeCallList(out, value.Len(), value.Index)
	case reflect.Interface, reflect.Pointer:
		return judgeCallWrite(out, value.Elem())
	case reflect.Float32, reflect.Float64:
		number := value.Float()
		if math.IsInf(number, 0) {
			return append(out, map[bool]string{true: "Infinity", false: "-Infinity"}[number > 0]...)
		}
		return strconv.AppendFloat(out, number, 'g', -1, 64)
	case reflect.Map:
		if value.Type().Key().Kind() != reflect.String {
			break
		}
		keys := value.MapKeys()
		sort.Slice(keys, func(a, b int) bool { return keys[a].String() < keys[b].String() })
		out = append(out, '{')
		for index, key := range keys {
			if index > 0 {
				out = append(out, ',')
			}
			out = append(judgeCallWrite(out, reflect.ValueOf(key.String())), ':')
			out = judgeCallWrite(out, value.MapIndex(key))
		}
		return append(out, '}')
	}
	text, err := json.Marshal(value.Interface())
	judgeCallCheck(err)
	return append(out, text...)
}
