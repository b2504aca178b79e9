package commands_test

import (
	"bytes"
	"encoding/json"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"syscall"
	"testing"
	"time"

	"touchbase/imports"
)

func TestImportAlone(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	path := customersFile(t, 3)
	dry := touchbase(t, "import", "customers", path, "--dry-run", "--dir", dir)
	dry.succeed(t, "dry run: nothing was written\nrows 3, created 3, updated 0, skipped 0, problems 0\n")
	if got := ask(t, dir, "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM imports)"); got != "0" {
		t.Errorf("a dry run wrote %s records", got)
	}
	first := touchbase(t, "import", "customers", path, "--dir", dir)
	first.succeed(t, "rows 3, created 3, updated 0, skipped 0, problems 0\n")
	if first.stderr != "" {
		t.Errorf("there is no terminal, and yet it says %q", first.stderr)
	}
	touchbase(t, "import", "customers", path, "--dir", dir).succeed(t, "rows 3, created 0, updated 0, skipped 3, problems 0\n")
	if got := ask(t, dir, "SELECT kind || ' ' || status || ' ' || rows || ' ' || rows_created || ' ' || skipped FROM imports ORDER BY created, skipped"); got !=
		"customers done 3 3 0\ncustomers done 3 0 3" {
		t.Errorf("the imports read %q", got)
	}
	touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done") // it scores RFM
	touchbase(t, "job", "run", "tiers", "--all", "--dir", dir).succeed(t, "tiers done: examined 3, changed 0\n")
}

func TestImportWithProblems(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	path := write(t, "orders.csv", []string{"客户", "金额", "下单时间"}, []string{"无名", "12元", "2026-01-05"})
	got := touchbase(t, "import", "orders", path, "--dir", dir)
	if got.code != 1 || !strings.Contains(got.stdout, `row 2, column "客户", value "无名": `) ||
		!strings.HasSuffix(got.stdout, "rows 1, created 0, updated 0, skipped 0, problems 1\n") {
		t.Errorf("got %+v", got)
	}
	got = touchbase(t, "import", "orders", path, "--json", "--dir", dir)
	var result imports.Result
	if err := json.Unmarshal([]byte(got.stdout), &result); err != nil {
		t.Fatalf("%v in %s", err, got.stdout)
	}
	if got.code != 1 || result.Rows != 1 || len(result.Problems) != 1 || result.Problems[0].Code != "not_found" || result.Problems[0].Row != 2 {
		t.Errorf("got %d and %+v", got.code, result)
	}
}

// The demo never takes the place of anything: it needs a directory that holds nothing, or the demo.
func TestDemoLeavesOtherDataAlone(t *testing.T) {
	t.Parallel()
	papers := t.TempDir()
	letter := filepath.Join(papers, "letter.txt")
	if err := os.WriteFile(letter, []byte("dear customer"), 0o600); err != nil {
		t.Fatal(err)
	}
	beside := filepath.Join(t.TempDir(), "demo")
	if err := os.MkdirAll(filepath.Join(beside+".new", "photos"), 0o700); err != nil {
		t.Fatal(err)
	}
	used := t.TempDir()
	touchbase(t, "superuser", "upsert", "you@example.com", "a-long-password", "--dir", used).succeed(t, "")
	for _, dir := range []string{papers, beside, used} {
		got := touchbase(t, "demo", "--http", "127.0.0.1:0", "--dir", dir)
		if got.code != 1 || !strings.Contains(got.stderr, "holds other data than the demo's") {
			t.Errorf("the demo in %s ended with %+v", dir, got)
		}
	}
	for _, path := range []string{letter, filepath.Join(beside+".new", "photos")} {
		if _, err := os.Stat(path); err != nil {
			t.Errorf("the demo removed it: %v", err)
		}
	}
	if got := ask(t, used, "SELECT count(*) FROM _superusers"); got != "1" {
		t.Errorf("the demo left %s superusers of 1", got)
	}
}

// Whatever cannot be done ends with 1 and a sentence that says why.
func TestRefusals(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	good := customersFile(t, 1)
	strange := write(t, "strange.csv", append(append([]string{}, customerHeader...), "幸运数字"))
	tests := []struct {
		args []string
		says string
	}{
		{[]string{"import"}, "usage: "},
		{[]string{"import", "customers"}, "usage: "},
		{[]string{"import", "customers", good, "more"}, "usage: "},
		{[]string{"import", "dogs", good}, `"dogs" cannot be imported`},
		{[]string{"import", "customers", "missing.csv"}, "missing.csv"},
		{[]string{"import", "customers", t.TempDir()}, "failed to read the file"},
		{[]string{"import", "customers", strange}, "幸运数字"},
		{[]string{"import", "customers", good, "--map", "colour=客户编号"}, `"colour"`},
		{[]string{"import", "customers", good, "--bogus"}, "unknown flag: --bogus"},
		{[]string{"job", "frob"}, `"frob"`},
		{[]string{"job", "run"}, "usage: "},
		{[]string{"job", "run", "tiers", "reminders"}, "usage: "},
		{[]string{"job", "run", "nap"}, `there is no job "nap"`},
		{[]string{"job", "run", "tiers", "--at", "mañana"}, `"mañana" is not a date`},
		{[]string{"job", "list", "more"}, "usage: "},
		{[]string{"frobnicate"}, `"frobnicate"`},
	}
	touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done: examined 0, changed 0\n")
	for _, tt := range tests {
		got := touchbase(t, append(tt.args, "--dir", dir)...)
		if got.code != 1 || !strings.Contains(got.stderr, tt.says) {
			t.Errorf("%v ended with %d, want 1 and %q:\n%s", tt.args, got.code, tt.says, got.stderr)
		}
	}
	if got := ask(t, dir, "SELECT (SELECT count(*) FROM customers) + (SELECT count(*) FROM imports)"); got != "0" {
		t.Errorf("commands that failed wrote %s records", got)
	}
	touchbase(t, "job", "list", "--dir", dir).succeed(t, "tiers")
	touchbase(t, "job", "run", "silence", "--at", "2026-11-23 02:00", "--dir", dir).succeed(t, "tiers done: ")
	if got := ask(t, dir, "SELECT simulated FROM job_runs ORDER BY started_at DESC, rowid DESC LIMIT 1"); got != "1" {
		t.Errorf("a run as of another moment is simulated: %s", got)
	}
}

func TestThroughTheServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	serve(t, dir)
	path := customersFile(t, 700)
	got := touchbase(t, "import", "customers", path, "--dir", dir)
	got.succeed(t, "rows 700, created 700, updated 0, skipped 0, problems 0\n")
	if got.stderr != "" {
		t.Errorf("there is no terminal, and yet it says %q", got.stderr)
	}
	if n := ask(t, dir, "SELECT count(*) FROM customers WHERE assessed_at != ''"); n != "700" {
		t.Errorf("%s customers are there", n)
	}
	touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done") // it scores RFM
	touchbase(t, "job", "run", "tiers", "--all", "--dir", dir).succeed(t, "tiers done: examined 700, changed 0\n")

	bad := write(t, "orders.csv", []string{"客户", "金额", "下单时间"}, []string{"K1", "x", "2026-01-05"}, []string{"K1", "5", "2026-01-05"})
	got = touchbase(t, "import", "orders", bad, "--dir", dir)
	if got.code != 1 || !strings.HasSuffix(got.stdout, "rows 2, created 1, updated 0, skipped 0, problems 1\n") {
		t.Errorf("a row with a problem ended with %+v", got)
	}
	for _, args := range [][]string{{"job", "run", "nap"}, {"job", "run", "tiers", "--at", "x"}, {"import", "dogs", bad}, {"import", "customers", bad}} {
		if got := touchbase(t, append(args, "--dir", dir)...); got.code != 1 || got.stderr == "" {
			t.Errorf("%v ended with %+v", args, got)
		}
	}

	runs := ask(t, dir, "SELECT count(*) FROM job_runs")
	second := touchbase(t, "serve", "--http", "127.0.0.1:0", "--dir", dir)
	if second.code == 0 || !strings.Contains(second.stderr, "another touchbase serves this directory already") {
		t.Errorf("a second server ended with %+v", second)
	}
	if now := ask(t, dir, "SELECT count(*) FROM job_runs"); now != runs {
		t.Errorf("the second server ran jobs: %s runs, there were %s", now, runs)
	}
	touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done: ") // the first one goes on
}

// A server that was killed leaves the directory usable by commands and by the next server.
func TestAfterAKilledServer(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	first := serve(t, dir)
	if err := first.cmd.Process.Kill(); err != nil {
		t.Fatal(err)
	}
	control := filepath.Join(dir, "touchbase.control")
	deadline := time.Now().Add(20 * time.Second)
	for touchbase(t, "import", "customers", customersFile(t, 2), "--dir", dir).code != 0 {
		if time.Now().After(deadline) {
			t.Fatal("no command gets through after a server was killed")
		}
	}
	if _, err := os.Stat(control); !os.IsNotExist(err) {
		t.Errorf("the way to the killed server is still there (%v)", err)
	}
	serve(t, dir)
	touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done") // it scores RFM
	touchbase(t, "job", "run", "tiers", "--all", "--dir", dir).succeed(t, "tiers done: examined 2, changed 0\n")
}

// An import told to stop ends between two batches, says so, and goes on when it is run again.
func TestStoppedImport(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	const n = 6000
	touchbase(t, "import", "customers", customersFile(t, 50), "--dir", dir).succeed(t, "created 50")
	path := ordersFile(t, rand.New(rand.NewPCG(1, 1)), 50, n)
	cmd := exec.Command(binary, "import", "orders", path, "--dir", dir)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	for deadline := time.Now().Add(30 * time.Second); ask(t, dir, "SELECT count(*) FROM orders") == "0"; runtime.Gosched() {
		if time.Now().After(deadline) {
			t.Fatalf("the import writes nothing: %s", &stderr)
		}
	}
	if err := cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := cmd.Wait(); err == nil || cmd.ProcessState.ExitCode() != 1 || !strings.Contains(stderr.String(), "run it again") {
		t.Errorf("it ended with %v: %s", err, &stderr)
	}
	const counts = "SELECT status || ' ' || rows || ' ' || (rows_created = (SELECT count(*) FROM orders)) FROM imports WHERE kind = 'orders'"
	if got := ask(t, dir, counts); got != "interrupted 6000 1" {
		t.Errorf("the import reads %q", got)
	}
	touchbase(t, "job", "run", "tiers", "--dir", dir).succeed(t, "tiers done") // it scores RFM
	touchbase(t, "job", "run", "tiers", "--all", "--dir", dir).succeed(t, "changed 0\n")
	touchbase(t, "import", "orders", path, "--dir", dir).succeed(t, "rows 6000, created ")
	if got := ask(t, dir, "SELECT count(*) FROM orders"); got != "6000" {
		t.Errorf("%s orders are there in the end", got)
	}
}
