package commands

import (
	"bytes"
	"fmt"
	"testing"
)

func TestTableCountsChineseAsTwo(t *testing.T) {
	t.Parallel()
	var out bytes.Buffer
	w := &table{out: &out}
	fmt.Fprint(w, "\nA\tNAME\tN\nb\t顾远衡\t1\nccc\tBo\t2\n\n常联\tx\nd\ty\n")
	if err := w.Flush(); err != nil {
		t.Fatal(err)
	}
	want := "\nA    NAME    N\nb    顾远衡  1\nccc  Bo      2\n\n常联  x\nd     y\n"
	if got := out.String(); got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}
