package commands

import (
	"bytes"
	"io"
	"strings"

	"github.com/rivo/uniseg"
)

// table aligns the cells of lines, separated by tabs, in columns; a block of lines with tabs has columns of its own. Chinese
// characters count as two, as terminals show them, which text/tabwriter does not know.
type table struct {
	out  io.Writer
	text bytes.Buffer
}

func (t *table) Write(p []byte) (int, error) { return t.text.Write(p) }

// Flush writes the lines.
func (t *table) Flush() error {
	var b strings.Builder
	lines := strings.Split(strings.TrimSuffix(t.text.String(), "\n"), "\n")
	for len(lines) > 0 {
		var block [][]string
		var columns []int
		for len(lines) > 0 {
			cells := strings.Split(lines[0], "\t")
			if len(block) > 0 && len(cells) != len(block[0]) {
				break
			}
			block, lines = append(block, cells), lines[1:]
			for i, cell := range cells {
				if i == len(columns) {
					columns = append(columns, 0)
				}
				columns[i] = max(columns[i], uniseg.StringWidth(cell))
			}
		}
		for _, cells := range block {
			for i, cell := range cells {
				b.WriteString(cell)
				if i < len(cells)-1 {
					b.WriteString(strings.Repeat(" ", columns[i]-uniseg.StringWidth(cell)+2))
				}
			}
			b.WriteByte('\n')
		}
	}
	t.text.Reset()
	_, err := io.WriteString(t.out, b.String())
	return err
}
