package commands_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// A bench beside real data measures in a directory of its own, and a second one uses the company again.
func TestBench(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	touchbase(t, "superuser", "upsert", "you@example.com", "a-long-password", "--dir", dir).succeed(t, "")
	args := []string{"bench", "--customers", "300", "--rounds", "1", "--only", "nightly", "--dir", dir}
	first := touchbase(t, args...)
	first.succeed(t, "a night: 1 % due, against SQL for the same rows")
	if !strings.HasPrefix(first.stdout, "MEASURED ") || !strings.Contains(first.stderr, "filling the company") {
		t.Errorf("it says %q, and meanwhile %q", first.stdout, first.stderr)
	}
	if second := touchbase(t, args...); second.code != 0 || strings.Contains(second.stderr, "filling the company") {
		t.Errorf("the second ends with %+v", second)
	}
	if got := ask(t, dir, "SELECT count(*) FROM _superusers WHERE email = 'you@example.com'"); got != "1" {
		t.Errorf("of what was there before %s is left", got)
	}
	if entries, err := os.ReadDir(filepath.Join(dir, "touchbase_bench")); err != nil || len(entries) != 1 {
		t.Errorf("beside the company it leaves %v (%v)", entries, err)
	}
}

func TestBenchLeavesNothing(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	touchbase(t, "bench", "--customers", "300", "--rounds", "1", "--only", "nightly").succeed(t, "a night: 1 % due")
	if entries, err := os.ReadDir(temporary); err != nil || len(entries) != 0 {
		t.Errorf("it leaves %v (%v)", entries, err)
	}
	if got := touchbase(t, "bench", "--only", "daily"); got.code != 1 || !strings.Contains(got.stderr, `there is no part "daily"`) {
		t.Errorf("a part that does not exist ends with %+v", got)
	}
}
