package commands_test

import (
	"bytes"
	"io"
	"os/exec"
	"strings"
	"testing"

	"github.com/creack/pty"
)

// The progress shows on a terminal, and only there; the result goes to the standard output alone.
func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	screen, tty, err := pty.Open()
	if err != nil {
		t.Fatalf("the progress is drawn on a terminal, and none can be opened here: %v", err)
	}
	defer screen.Close()
	cmd := exec.Command(binary, "import", "customers", customersFile(t, 1200), "--dir", t.TempDir())
	var stdout bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, tty
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	tty.Close()
	shown, err := io.ReadAll(screen)
	if err != nil && len(shown) == 0 { // reading a terminal that nobody holds open any more ends with an error
		t.Fatal(err)
	}
	if err := cmd.Wait(); err != nil {
		t.Fatalf("%v: %s", err, shown)
	}
	if !strings.Contains(string(shown), "500/1200") {
		t.Errorf("the terminal shows %q", shown)
	}
	if stdout.String() != "rows 1200, created 1200, updated 0, skipped 0, problems 0\n" {
		t.Errorf("the standard output says %q", stdout.String())
	}
}
