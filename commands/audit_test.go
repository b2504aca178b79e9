package commands_test

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// TestAuditVerify finds the log of an import whole, beside a running server too, and says what somebody did to it.
func TestAuditVerify(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	if got := touchbase(t, "audit", "verify", "--dir", filepath.Join(t.TempDir(), "none")); got.code != 1 || !strings.Contains(got.stderr, "no audit log yet") {
		t.Errorf("of nothing: %+v", got)
	}
	touchbase(t, "import", "customers", customersFile(t, 3), "--dir", dir).succeed(t, "rows 3, created 3, updated 0, skipped 0, problems 0\n")
	whole := regexp.MustCompile(`^entries (\d+), from \d{4}-\S+ \S+Z to \d{4}-\S+ \S+Z, head ([0-9a-f]{64})\n$`)
	first := touchbase(t, "audit", "verify", "--dir", dir)
	found := whole.FindStringSubmatch(first.stdout)
	if first.code != 0 || found == nil {
		t.Fatalf("got %+v", first)
	}
	if info, err := os.Stat(filepath.Join(dir, "audit.key")); err != nil || info.Mode().Perm() != 0o600 {
		t.Errorf("the key: %v, %v", info, err)
	}
	serve(t, dir)
	if got := touchbase(t, "audit", "verify", "--head", found[2], "--dir", dir); got.code != 0 {
		t.Errorf("beside a server: %+v", got)
	}
	if got := touchbase(t, "audit", "verify", "--head", strings.Repeat("0", 64), "--dir", dir); got.code != 1 || !strings.Contains(got.stdout, "does not have the hash") {
		t.Errorf("with a hash it does not have: %+v", got)
	}
	ask(t, dir, "DROP TRIGGER audit_log_no_delete")
	ask(t, dir, "DELETE FROM audit_log WHERE seq = 2")
	if got := touchbase(t, "audit", "verify", "--dir", dir); got.code != 1 || !strings.Contains(got.stdout, "entry 3: 1 entries before it are missing\n") ||
		!strings.Contains(got.stderr, "1 problems") {
		t.Errorf("after an entry was removed: %+v", got)
	}
	if got := touchbase(t, "audit", "verfy", "--dir", dir); got.code != 1 {
		t.Errorf("a command there is not: %+v", got)
	}
}
