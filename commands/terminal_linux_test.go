package commands_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"
	"unsafe"
)

// terminal opens a pseudo-terminal: what is written to it is read from screen.
func terminal(t *testing.T) (tty, screen *os.File) {
	t.Helper()
	screen, err := os.OpenFile("/dev/ptmx", os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Skipf("NOT RUN: there are no pseudo-terminals here: %v", err)
	}
	var locked, number int32
	for request, value := range map[uintptr]*int32{syscall.TIOCSPTLCK: &locked, syscall.TIOCGPTN: &number} {
		if _, _, errno := syscall.Syscall(syscall.SYS_IOCTL, screen.Fd(), request, uintptr(unsafe.Pointer(value))); errno != 0 {
			t.Fatal(errno)
		}
	}
	tty, err = os.OpenFile(fmt.Sprintf("/dev/pts/%d", number), os.O_RDWR|syscall.O_NOCTTY, 0)
	if err != nil {
		t.Fatal(err)
	}
	return tty, screen
}

// The progress shows on a terminal, and only there; the result goes to the standard output alone.
func TestProgressOnATerminal(t *testing.T) {
	t.Parallel()
	tty, screen := terminal(t)
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
