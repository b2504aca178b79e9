package commands_test

import (
	"bytes"
	"context"
	"database/sql"
	"encoding/csv"
	"errors"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	_ "modernc.org/sqlite"
)

// binary is the program itself, built once for all tests.
var binary string

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "touchbase_binary_")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		binary = filepath.Join(dir, "touchbase")
		if out, err := exec.Command("go", "build", "-o", binary, "touchbase").CombinedOutput(); err != nil {
			fmt.Fprintf(os.Stderr, "failed to build the program: %v\n%s", err, out)
			return 1
		}
		return m.Run()
	}())
}

// outcome is how a command ended.
type outcome struct {
	code           int
	stdout, stderr string
}

// touchbase runs the program to its end.
func touchbase(t testing.TB, args ...string) outcome {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, binary, args...)
	var stdout, stderr bytes.Buffer
	cmd.Stdout, cmd.Stderr = &stdout, &stderr
	err := cmd.Run()
	var exit *exec.ExitError
	if err != nil && !errors.As(err, &exit) || ctx.Err() != nil {
		t.Fatalf("failed to run %v: %v %v", args, err, ctx.Err())
	}
	return outcome{cmd.ProcessState.ExitCode(), stdout.String(), stderr.String()}
}

// succeed fails the test unless a command ends with 0 and says something.
func (o outcome) succeed(t testing.TB, says string) {
	t.Helper()
	if o.code != 0 || !strings.Contains(o.stdout, says) {
		t.Fatalf("ended with %d, want 0 and %q:\n%s%s", o.code, says, o.stdout, o.stderr)
	}
}

// server is a running `touchbase serve`.
type server struct {
	cmd *exec.Cmd
	out *bytes.Buffer
}

// serve starts a server on a directory and waits until it takes commands.
func serve(t testing.TB, dir string) *server {
	t.Helper()
	return serveAt(t, dir, "127.0.0.1:0")
}

// serveAt starts a server at an address, for those who want to talk to it.
func serveAt(t testing.TB, dir, address string) *server {
	t.Helper()
	s := &server{exec.Command(binary, "serve", "--http", address, "--dir", dir), &bytes.Buffer{}}
	s.cmd.Stdout, s.cmd.Stderr = s.out, s.out
	if err := s.cmd.Start(); err != nil {
		t.Fatal(err)
	}
	ended := make(chan struct{})
	go func() {
		_ = s.cmd.Wait() // it is stopped by a signal
		close(ended)
	}()
	t.Cleanup(func() {
		_ = s.cmd.Process.Signal(syscall.SIGTERM) // it may have ended already
		<-ended
	})
	deadline := time.After(30 * time.Second)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for {
		select {
		case <-ended:
			t.Fatalf("the server ended: %s", s.out)
		case <-deadline:
			t.Fatal("the server takes no commands")
		case <-tick.C:
			if _, err := os.Stat(filepath.Join(dir, "touchbase.control")); err == nil {
				return s
			}
		}
	}
}

// write puts rows into a CSV file in a new directory.
func write(t testing.TB, name string, rows ...[]string) string {
	t.Helper()
	var b bytes.Buffer
	if err := csv.NewWriter(&b).WriteAll(rows); err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), name)
	if err := os.WriteFile(path, b.Bytes(), 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

var customerHeader = []string{"客户编号", "客户名称", "所属行业", "企业规模", "信息来源", "首次接触时间"}

// customersFile has customers K0 to Kn-1.
func customersFile(t testing.TB, n int) string {
	t.Helper()
	rows := [][]string{customerHeader}
	for i := range n {
		rows = append(rows, []string{fmt.Sprintf("K%d", i), fmt.Sprintf("第%d号客户有限公司", i), "34", "51-100", "website", "2024-01-05"})
	}
	return write(t, "客户.csv", rows...)
}

// ask reads one column of a database, one line a row.
func ask(t testing.TB, dir, query string) string {
	t.Helper()
	db, err := sql.Open("sqlite", "file:"+filepath.Join(dir, "data.db")+"?_pragma=busy_timeout(10000)")
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	rows, err := db.Query(query)
	if err != nil {
		t.Fatalf("%s: %v", query, err)
	}
	defer rows.Close()
	var lines []string
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, line)
	}
	if err := rows.Err(); err != nil {
		t.Fatal(err)
	}
	return strings.Join(lines, "\n")
}
